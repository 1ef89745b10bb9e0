import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Remote } from '../ssh/remote.js'
import { ApiError, OpenStackApi } from './openstack-api.js'
import { FakeOpenStack, testAccount } from './testing/fake-openstack.js'

let cloud: FakeOpenStack
beforeEach(() => (cloud = new FakeOpenStack()))

const login = () => OpenStackApi.login(cloud.remote, testAccount)

describe("OpenStack's APIs", () => {
  it('are asked at the internal endpoints of the region, by their versions', async () => {
    const api = await login()
    expect(api.project).toBe('admin-project')
    const seen: string[] = []
    for (const path of ['/v3/users', '/v2/images', '/v2.0/networks', '/v2.1/servers', '/usages']) {
      cloud.answers.set(`GET ${path}`, ({ settings }) => {
        seen.push(settings.get('url')?.[0] ?? '', ...(settings.get('header') ?? []))
        return { status: 200, body: {} }
      })
    }
    await api.call('GET', 'identity', 'users')
    await api.call('GET', 'image', 'images')
    await api.call('GET', 'network', 'networks')
    await api.call('GET', 'compute', 'servers')
    await api.call('GET', 'placement', 'usages')
    const own = seen.filter((it) => !it.startsWith('X-Auth') && !/^(Content-Type|Expect)/.test(it))
    expect(own).toEqual([
      'http://192.168.8.75:5000/v3/users',
      'http://192.168.8.75:9292/v2/images',
      'http://192.168.8.75:9696/v2.0/networks',
      'http://192.168.8.75:8774/v2.1/servers',
      'OpenStack-API-Version: compute 2.90',
      'http://192.168.8.75:8780/usages',
      'OpenStack-API-Version: placement 1.28',
    ])
  })

  it('tell all that they have, a page at a time', async () => {
    const api = await login()
    const ids = [1, 2, 3, 4, 5].map(() => cloud.add('servers', {})['id'])
    cloud.page = 2
    expect([...(await api.idsOf('compute', 'servers', { all_tenants: '1' }))]).toEqual(ids)
    expect(await api.idsOf('block-storage', 'volumes')).toEqual(new Set())
    expect(cloud.calls.filter((call) => call === 'GET /v2.1/servers')).toHaveLength(4)
    const all = { status: 200, body: { ports: [{ id: 'a' }, { id: 'b' }] } }
    cloud.answers.set('GET /v2.0/ports', () => all)
    expect(await api.idsOf('network', 'ports')).toEqual(new Set(['a', 'b']))
  })

  it('tell by their status what is not there', async () => {
    const api = await login()
    expect(await api.find('network', 'networks/none')).toBeUndefined()
    const error = await api.call('GET', 'network', 'networks/none').catch((e: unknown) => e)
    expect(error).toBeInstanceOf(ApiError)
    expect(error).toMatchObject({ status: 404, command: expect.stringContaining('9696') as string })
    expect(error).toMatchObject({ reason: 'not found' })
    cloud.answers.set('GET /v2.0/networks/none', () => ({ status: 503 }))
    await expect(api.find('network', 'networks/none')).rejects.toThrow('HTTP status 503')
  })

  it('that are not in the catalogue are named', async () => {
    delete cloud.catalogue['compute']
    const api = await login()
    expect([api.has('compute'), api.has('network')]).toEqual([false, true])
    await expect(api.call('GET', 'compute', 'servers')).rejects.toThrow(
      'no internal endpoint of type compute in RegionOne: deploy that service first',
    )
  })

  it('take a file of the host, and no secret stands in a script', async () => {
    const scripts: string[] = []
    const { remote } = cloud
    const watched = {
      ...remote,
      run: (script: string, options = {}) => {
        scripts.push(script)
        return remote.run(script, options)
      },
    }
    const api = await OpenStackApi.login(watched, testAccount)
    const { id } = cloud.add('images', { status: 'queued' })
    await api.upload(String(id), '/srv/a "guest".raw', new AbortController().signal)
    expect([...cloud.uploads]).toEqual([[id, '/srv/a "guest".raw']])
    expect(scripts.join()).not.toMatch(/secret|guest/)
  })
})

describe("OpenStack's APIs by curl itself", () => {
  /** This machine's bash. */
  const remote: Remote = {
    ...new FakeOpenStack().remote,
    async run(script, { input = '' } = {}) {
      const child = spawn('bash', ['-c', script])
      child.stdin.end(input)
      const [[code], stdout, stderr] = await Promise.all([
        once(child, 'close') as Promise<[number]>,
        text(child.stdout),
        text(child.stderr),
      ])
      return { code, stdout, stderr }
    },
  }
  const got: string[] = []
  let url = ''
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      const { method = '', url: path = '' } = request
      got.push(
        `${method} ${path} ${path.startsWith('/v3') ? JSON.stringify(JSON.parse(body)) : body}`,
      )
      const endpoints = [{ interface: 'internal', region_id: 'RegionOne', url }]
      const token = { project: { id: 'p' }, catalog: [{ type: 'image', endpoints }] }
      if (path.startsWith('/v3')) {
        response.writeHead(201, { 'X-Subject-Token': 'abc' }).end(JSON.stringify({ token }))
      } else if (path.endsWith('/file')) response.writeHead(204).end()
      else response.writeHead(503).end('none of them\r\n\r\nanswers')
    })
  })
  let folder = ''
  beforeEach(async () => {
    got.length = 0
    folder = await mkdtemp(join(tmpdir(), 'openstack-api-'))
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  })
  afterEach(async () => {
    server.close()
    await rm(folder, { recursive: true })
  })

  it('get what is asked and what is uploaded, once, whatever they answer', async () => {
    const account = { ...testAccount, url, password: `it's "a" \\ $secret` }
    const api = await OpenStackApi.login(remote, account)
    expect(got[0]).toContain(JSON.stringify(account.password))
    const file = join(folder, `a "guest".raw`)
    await writeFile(file, 'content')
    await api.upload('i', file, new AbortController().signal)
    await expect(api.call('POST', 'image', 'images', { name: 'x' })).rejects.toMatchObject({
      status: 503,
      tail: ['HTTP status 503', 'none of them\r\n\r\nanswers'],
    })
    expect(got.slice(1)).toEqual(['PUT /v2/images/i/file content', 'POST /v2/images {"name":"x"}'])
  })

  it('are waited for while nobody listens', async () => {
    const { port } = server.address() as AddressInfo
    server.close()
    await once(server, 'close')
    const logged = OpenStackApi.login(remote, { ...testAccount, url })
    await sleep(500)
    server.listen(port, '127.0.0.1')
    expect((await logged).project).toBe('p')
    expect(got).toHaveLength(1)
  })
})
