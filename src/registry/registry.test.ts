import { createHash } from 'node:crypto'
import { createServer } from 'node:http'
import type { IncomingMessage, RequestListener, Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { parseReference } from './reference.js'
import { imageDigest, imageDigests, RegistryError } from './registry.js'

const servers: Server[] = []
afterEach(() => {
  for (const server of servers.splice(0)) server.close()
})

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener)
  servers.push(server)
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  return `127.0.0.1:${(server.address() as AddressInfo).port}`
}

const insecure = { insecure: true }

describe('imageDigests', () => {
  it('asks for every kind of manifest, keeps the order, and leaves out what is missing', async () => {
    const seen: IncomingMessage[] = []
    const registry = await serve((request, response) => {
      seen.push(request)
      const name = /^\/v2\/kolla\/(\w+)\/manifests\/2026\.1$/.exec(request.url ?? '')?.[1]
      if (name === 'missing') response.writeHead(404)
      else response.setHeader('docker-content-digest', `sha256:${name}`)
      response.end()
    })
    const refs = ['cron', 'missing', 'keystone'].map((name) => `${registry}/kolla/${name}:2026.1`)
    const digests = await imageDigests(refs, insecure)
    expect([...digests]).toEqual([
      [refs[0], 'sha256:cron'],
      [refs[1], undefined],
      [refs[2], 'sha256:keystone'],
    ])
    expect(new Set(seen.map(({ method }) => method))).toEqual(new Set(['HEAD']))
    expect(seen[0]?.headers.accept?.split(', ')).toEqual([
      'application/vnd.docker.distribution.manifest.v2+json',
      'application/vnd.docker.distribution.manifest.list.v2+json',
      'application/vnd.oci.image.manifest.v1+json',
      'application/vnd.oci.image.index.v1+json',
    ])
  })

  it('asks for no more than eight at a time', async () => {
    let now = 0
    let most = 0
    const registry = await serve((_request, response) => {
      most = Math.max(most, ++now)
      setTimeout(() => {
        now--
        response.setHeader('docker-content-digest', 'sha256:x').end()
      }, 20)
    })
    const refs = Array.from({ length: 40 }, (_, index) => `${registry}/kolla/i${index}:1`)
    const digests = await imageDigests(refs, insecure)
    expect([...digests.values()]).toEqual(refs.map(() => 'sha256:x'))
    expect(most).toBe(8)
  })
})

describe('imageDigest', () => {
  it('computes the digest where the registry leaves it out', async () => {
    const body = '{"schemaVersion":2}'
    const registry = await serve((request, response) => {
      response.end(request.method === 'GET' ? body : '')
    })
    const digest = `sha256:${createHash('sha256').update(body).digest('hex')}`
    expect(await imageDigest(registry, 'kolla/cron', '1', insecure)).toBe(digest)
  })

  it('gets a token where the registry sends it for one, with the login if there is one', async () => {
    const logins: (string | undefined)[] = []
    const registry = await serve((request, response) => {
      const url = new URL(request.url ?? '', `http://${registry}`)
      if (url.pathname === '/token') {
        logins.push(request.headers.authorization)
        response.end(JSON.stringify({ token: url.searchParams.get('scope') }))
      } else if (request.headers.authorization === 'Bearer repository:a/b:pull') {
        response.setHeader('docker-content-digest', 'sha256:public').end()
      } else {
        const challenge = `Bearer realm="http://${registry}/token",service="s",scope="repository:a/b:pull"`
        response.writeHead(401, { 'www-authenticate': challenge }).end()
      }
    })
    const login = { username: 'kolla', password: 'secret' }
    expect(await imageDigest(registry, 'a/b', '1', insecure)).toBe('sha256:public')
    expect(await imageDigest(registry, 'a/b', '1', { ...insecure, login })).toBe('sha256:public')
    expect(logins).toEqual([undefined, `Basic ${btoa('kolla:secret')}`])
  })

  it('says that a login is wanted, or refused, and never tells the password', async () => {
    const registry = await serve((_request, response) => {
      response.writeHead(401, { 'www-authenticate': 'Basic realm="registry"' }).end()
    })
    const asking = imageDigest(registry, 'a', '1', insecure)
    await expect(asking).rejects.toThrow(
      `the registry ${registry} wants a login: set docker_registry_username and docker_registry_password`,
    )
    const login = { username: 'kolla', password: 'secret' }
    const refused = imageDigest(registry, 'a', '1', { ...insecure, login })
    await expect(refused).rejects.toThrow(`the registry ${registry} refuses kolla: check`)
    await expect(refused).rejects.not.toThrow('secret')
  })

  it('says so when HTTP is spoken instead of HTTPS, and when nobody listens', async () => {
    const registry = await serve((_request, response) => response.end())
    await expect(imageDigest(registry, 'a', '1', { insecure: false })).rejects.toThrow(
      `the registry ${registry} can't be asked: it speaks HTTP instead of HTTPS; set docker_registry_insecure to yes`,
    )
    await new Promise((closed) => servers.splice(0)[0]?.close(closed))
    const asking = imageDigest(registry, 'a', '1', insecure)
    await expect(asking).rejects.toThrow(RegistryError)
    await expect(asking).rejects.toThrow(
      /^the registry \S+ can't be asked: connect ECONNREFUSED \S+; start it or mend docker_registry$/,
    )
  })

  it('passes on why it was cancelled', async () => {
    const registry = await serve(() => undefined)
    const asking = imageDigest(registry, 'a', '1', {
      insecure: true,
      signal: AbortSignal.timeout(50),
    })
    await expect(asking).rejects.toThrow(/aborted due to timeout/)
  })
})

describe('parseReference', () => {
  it.each([
    ['192.168.8.73:5000/kolla/cron:2026.1', '192.168.8.73:5000', 'kolla/cron', '2026.1'],
    ['quay.io/openstack.kolla/cron:1', 'quay.io', 'openstack.kolla/cron', '1'],
    ['quay.io/kolla/cron@sha256:ab', 'quay.io', 'kolla/cron', 'sha256:ab'],
    ['localhost/cron', 'localhost', 'cron', 'latest'],
    ['kolla/cron:1', 'registry-1.docker.io', 'kolla/cron', '1'],
    ['debian:trixie', 'registry-1.docker.io', 'library/debian', 'trixie'],
    ['192.168.8.73:5000/kolla/cron@sha256:0af', '192.168.8.73:5000', 'kolla/cron', 'sha256:0af'],
  ])('%s', (text, registry, repository, tag) => {
    expect(parseReference(text)).toEqual({ registry, repository, tag })
  })
})
