import { createServer } from 'node:http'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { testCloud, testFacts } from '../src/catalog/testing/cloud.js'
import { whole } from '../src/catalog/testing/whole.js'
import type { ObservedContainer } from '../src/model/observed-host.js'
import { observedHost, running } from '../src/plan/testing.js'
import type { Remote } from '../src/ssh/remote.js'
import type { CloudContext } from './cloud-context.js'
import { findImages, foundationOf, recordedImages } from './find-images.js'
import { contextsOn } from './testing.js'

/** A registry that has lost Keystone's image; a layer of what it has is 1 GiB. */
let server: Server
let registry: string
beforeAll(async () => {
  server = createServer((request, response) => {
    if (request.url?.includes('/keystone/')) response.writeHead(404)
    else response.setHeader('docker-content-digest', 'sha256:aa')
    const layers = [{ digest: 'sha256:l', size: 2 ** 30 }]
    response.end(request.method === 'HEAD' ? '' : JSON.stringify({ layers }))
  })
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  registry = `127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => server.close())

const context = () =>
  ({
    cloud: { globals: { docker_registry_insecure: true }, passwords: {} },
  }) as unknown as CloudContext
const image = (name: string) => {
  return { ref: `${registry}/kolla/${name}@sha256:aa`, digest: `sha256:${name}` }
}
const find = (names: readonly string[], free = 20 * 2 ** 30) =>
  recordedImages(
    context(),
    { id: '2025.2-x' },
    [
      observedHost('kolla1', {
        images: { cron: ['sha256:cron'] },
        docker: { version: '20', root: '/var/lib/docker', freeBytes: free },
      }),
    ],
    new Map([['kolla1', names.map(image)]]),
  )

it('pulls what a host lacks of a record, as long as the registry has it', async () => {
  expect(await find(['cron'])).toEqual({ pulls: [], findings: [] })
  expect(await find(['cron', 'mariadb', 'mariadb'])).toEqual({
    pulls: [{ host: 'kolla1', images: [image('mariadb').ref] }],
    findings: [],
  })
})

it('names images that are neither on the host nor in the registry', async () => {
  const { findings } = await find(['cron', 'mariadb', 'keystone'])
  expect(findings).toHaveLength(1)
  expect(findings[0]).toMatchObject({ severity: 'error', host: 'kolla1' })
  expect(findings[0]?.message).toBe(
    `images of 2025.2-x are gone from this host and from the registry, and without them there is no way back to it: ${image('keystone').ref}`,
  )
})

it('names a host without room for them', async () => {
  const { findings } = await find(['mariadb'], 2 ** 30)
  expect(findings[0]).toMatchObject({ host: 'kolla1' })
  expect(findings[0]?.message).toMatch(/^the record's images need 3\.0 GiB/)
})

it('names every image that the cloud needs and the registry lacks, and how to build it', async () => {
  const cloud = testCloud({
    globals: { docker_registry: registry, docker_registry_insecure: true },
  })
  const containers = () => ['cron', 'keystone'].map((image) => ({ image, service: image }))
  const host = (name: string) => cloud.hosts.find((one) => one.name === name)
  const { digests, findings } = await findImages({
    cloud,
    containers,
    host,
  } as unknown as CloudContext)
  expect(Object.values(digests)).toContain('sha256:aa')
  expect(findings.map(({ message }) => message)).toEqual([
    `the registry lacks images of release 2026.1: ${registry}/kolla/keystone:2026.1-debian-trixie: \`kolla-temporal build\` makes them where openstack_release is 2026.1`,
  ])
})

describe('the images of what all else stands on', () => {
  const { cloud } = contextsOn({} as Remote, whole)
  const found = { hosts: testFacts.map((it) => ({ ...it, osds: [] })), images: {} }
  const foundation = (containers: readonly ObservedContainer[]) =>
    foundationOf(cloud.with(found), [
      observedHost('kolla1'),
      observedHost('kolla2', { containers }),
    ])

  it('are told where no host has a container', () => {
    const names = foundation([]).foundation?.map((ref) => ref.replace(/.*\/([^:]*):.*/, '$1'))
    expect(names?.sort()).toEqual([
      ...['ceph-mgr', 'ceph-mon', 'ceph-osd', 'haproxy', 'keepalived', 'keystone'],
      ...['keystone-fernet', 'keystone-ssh', 'mariadb-server', 'memcached', 'rabbitmq'],
    ])
  })

  it('are not where one is left, though it is stopped: all come before anything is touched', () => {
    expect(foundation([running(undefined, { state: 'exited' })])).toEqual({})
  })
})
