import { expect } from 'vitest'
import { away } from './away.js'
import type { Keystone } from './keystone.js'
import { eventually, hosts, onHost, onHosts } from './lab.js'
import type { OpenStack } from './openstack.js'
import { Probe } from './probe.js'
import type { Probed } from './probe.js'
import type { Release, ReleasedCloud } from './releases.js'

interface Thing {
  readonly id: string
  readonly name?: string
  readonly status?: string
}

/** Where each kind of thing is listed. */
const listings = {
  servers: ['compute', '/servers/detail'],
  flavors: ['compute', '/flavors'],
  images: ['image', '/v2/images'],
  volumes: ['block-storage', '/volumes/detail'],
  networks: ['network', '/v2.0/networks'],
  routers: ['network', '/v2.0/routers'],
  ports: ['network', '/v2.0/ports'],
  floatingips: ['network', '/v2.0/floatingips'],
  security_group_rules: ['network', '/v2.0/security-group-rules'],
  stacks: ['orchestration', '/stacks'],
} as const

/** Everything that users have, as the APIs tell it and as Ceph shows it: kind, id, name and status. */
export async function inventoryOf(cloud: OpenStack, keystone: Keystone): Promise<string[]> {
  const told = await Promise.all(
    Object.entries(listings).map(async ([kind, [type, path]]) => {
      const found = (await cloud.ask<Record<string, Thing[]>>('GET', type, path))[kind] ?? []
      return found.map(({ id, name = '', status = '' }) => `${kind} ${id} ${name} ${status}`)
    }),
  )
  const pools = await Promise.all(
    ['images', 'volumes', 'vms'].map(async (pool) => {
      const listed = await onHost('kolla1', `timeout 60 docker exec ceph_mon rbd ls ${pool}`)
      return listed.split('\n').map((name) => `rbd ${pool}/${name}`)
    }),
  )
  const projects = (await keystone.projectNames()).map((name) => `project ${name}`)
  return [...told.flat(), ...pools.flat(), ...projects].sort()
}

/** Host, process and machine of every emulator (`kolla1 4711 instance-00000001`); not those that libvirt asks what they can do. */
export async function machineProcesses(): Promise<string[]> {
  const found = await onHosts(
    "pgrep --full --list-full '[q]emu-system.* guest=' | sed 's/ .*guest=\\([^,]*\\).*/ \\1/' || true",
  )
  return found.flatMap((text, index) =>
    text.split('\n').flatMap((line) => (line === '' ? [] : [`${hosts[index] ?? ''} ${line}`])),
  )
}

/** What each API is asked that it has to ask Keystone and its database for. */
const reads = {
  Keystone: ['identity', '/v3/domains'],
  Glance: ['image', '/v2/images?limit=1'],
  Placement: ['placement', '/resource_providers'],
  Nova: ['compute', '/servers?limit=1'],
  Neutron: ['network', '/v2.0/networks?fields=id'],
  Cinder: ['block-storage', '/volumes?limit=1'],
  Heat: ['orchestration', '/stacks?limit=1'],
} as const

/**
 * One probe for each API that the catalogue names, and for Horizon: five times a second, or as soon as the answer before is
 * there. Four of five ask for its versions, each fifth what it has to ask others for: more than that keeps two processors
 * from doing anything else. What is asked without waiting piles up.
 */
export function probeReads(cloud: OpenStack): Readonly<Record<string, Probe>> {
  const there = Object.entries(reads).filter(([, [type]]) => cloud.has(type))
  const probes = there.map(([name, [type, path]]) => {
    let asked = 0
    const versions = new URL('/', cloud.endpoint(type))
    const ask = () => (asked++ % 5 === 0 ? cloud.ask('GET', type, path) : open(versions))
    return [name, new Probe(ask, { atOnce: 1 })] as const
  })
  const login = new URL('/auth/login/', dashboardOf(cloud))
  return {
    ...Object.fromEntries(probes),
    Horizon: new Probe(() => open(login), { interval: 1000, atOnce: 1 }),
  }
}

/** The same, and others that write a little now and then. */
export function probeApis(
  cloud: OpenStack,
  written: { readonly server: string; readonly volume: string; readonly network: string },
): Readonly<Record<string, Probe>> {
  const writes = (method: string, type: string, path: string, body: object) =>
    new Probe(() => cloud.ask(method, type, path, body), { interval: 10_000 })
  const description = { description: 'written' }
  return {
    ...probeReads(cloud),
    'writes to Nova': writes('POST', 'compute', `/servers/${written.server}/metadata`, {
      metadata: description,
    }),
    'writes to Neutron': writes('PUT', 'network', `/v2.0/networks/${written.network}`, {
      network: description,
    }),
    'writes to Cinder': writes('PUT', 'block-storage', `/volumes/${written.volume}`, {
      volume: description,
    }),
  }
}

/** @throws for an answer of the load balancer's or of a failure; a choice of versions has status 300 */
async function open(url: URL): Promise<void> {
  const answer = await fetch(url, { signal: AbortSignal.timeout(60_000) })
  const text = await answer.text()
  if (answer.status > 300) throw new Error(`${url.href}: ${answer.status} ${text}`)
}

/** Horizon is at the floating address itself. */
function dashboardOf(cloud: OpenStack): string {
  return `http://${new URL(cloud.endpoint('identity')).hostname}`
}

export async function stopAll(
  probes: Readonly<Record<string, Probe>>,
): Promise<Record<string, Probed>> {
  const stopped = Object.entries(probes).map(
    async ([name, probe]) => [name, await probe.stop()] as const,
  )
  return Object.fromEntries(await Promise.all(stopped))
}

/** A line each: `Nova: 812 answers, 0 failed, longest gap 640 ms, slowest 612 ms`. */
export function describeProbed(probed: Readonly<Record<string, Probed>>): string {
  return Object.entries(probed)
    .map(
      ([name, { answers, failures, longestGap, slowest }]) =>
        `${name}: ${answers} answers, ${failures.length} failed, longest gap ${longestGap} ms, slowest ${slowest} ms`,
    )
    .join('\n')
}

/** Every service has reported, no container has ended, and the cloud is what its files describe. */
export async function expectWhole(
  released: ReleasedCloud,
  cloud: OpenStack,
  release: Release,
): Promise<void> {
  await released.expectToBe(release, 'before')
  expect(
    await eventually(
      () => away(cloud),
      (names) => names.length === 0,
      120,
    ),
  ).toEqual([])
  await released.installation.run('check')
}
