import { beforeEach, describe, expect, it } from 'vitest'
import { runonceNetworks } from '../../plan/runonce.js'
import { OpenStackApi } from '../openstack-api.js'
import { FakeOpenStack, testAccount } from '../testing/fake-openstack.js'
import { ensureKeyPair, ensureQuotas, ensureRules } from './access.js'
import { ensureFlavors } from './flavors.js'
import { ensureImage } from './image.js'
import { ensureNetworks } from './networks.js'
import { ensureAddress, ensureServer } from './server.js'
import type { Outcome } from './thing.js'

let cloud: FakeOpenStack
let api: OpenStackApi
const waiting = { signal: new AbortController().signal, onProgress: () => undefined }

beforeEach(async () => {
  cloud = new FakeOpenStack()
  cloud.answers.set('PUT /v2.0/routers/routers-5/add_router_interface', ({ body }) => {
    cloud.add('ports', { device_id: 'routers-5', fixed_ips: [body] })
    return { status: 200, body: {} }
  })
  api = await OpenStackApi.login(cloud.remote, testAccount)
})

/** What was made, and what was found; what differs with how. */
function told(outcomes: readonly Outcome[]) {
  const of = (state: Outcome['state']) =>
    outcomes.filter((it) => it.state === state).map(({ what }) => what)
  const differs = outcomes.flatMap((it) => (it.differs === undefined ? [] : [it.differs]))
  return { made: of('made'), found: of('found'), differs }
}

describe('networks', () => {
  const all = [
    'network public1',
    'subnet public1-subnet',
    'network demo-net',
    'subnet demo-subnet',
    'router demo-router',
    'interface of demo-router in demo-subnet',
    'gateway of demo-router to public1',
  ]

  it('are made as told, once', async () => {
    const wanted = runonceNetworks({
      extNetCidr: '203.0.113.0/24',
      extNetRange: 'start=203.0.113.10,end=203.0.113.20',
      extNetGateway: '203.0.113.1',
    })
    expect(told(await ensureNetworks(api, wanted))).toEqual({ made: all, found: [], differs: [] })
    expect(cloud.things.get('networks')?.[0]).toMatchObject({
      name: 'public1',
      'router:external': true,
      'provider:network_type': 'flat',
      'provider:physical_network': 'physnet1',
    })
    expect(cloud.things.get('subnets')).toMatchObject([
      {
        name: 'public1-subnet',
        network_id: 'networks-1',
        enable_dhcp: false,
        cidr: '203.0.113.0/24',
        gateway_ip: '203.0.113.1',
        allocation_pools: [{ start: '203.0.113.10', end: '203.0.113.20' }],
      },
      { name: 'demo-subnet', network_id: 'networks-3', cidr: '10.0.0.0/24' },
    ])
    expect(cloud.things.get('routers')).toMatchObject([
      { external_gateway_info: { network_id: 'networks-1' } },
    ])
    cloud.calls.length = 0
    expect(told(await ensureNetworks(api, wanted))).toEqual({ made: [], found: all, differs: [] })
    expect(cloud.changes).toEqual([])
  })

  it('that differ are named and left alone', async () => {
    await ensureNetworks(api, runonceNetworks({}))
    cloud.calls.length = 0
    const other = runonceNetworks({ demoNetCidr: '10.1.0.0/24', demoNetGateway: '10.1.0.1' })
    expect(told(await ensureNetworks(api, other)).differs).toEqual([
      'cidr is 10.0.0.0/24, not 10.1.0.0/24, gateway_ip is 10.0.0.1, not 10.1.0.1',
    ])
    expect(cloud.changes).toEqual([])
  })

  it('without an external one are made, and a gateway is added later', async () => {
    cloud.answers.set('PUT /v2.0/routers/routers-3/add_router_interface', ({ body }) => {
      cloud.add('ports', { device_id: 'routers-3', fixed_ips: [body] })
      return { status: 200, body: {} }
    })
    const inside = told(await ensureNetworks(api, runonceNetworks({ extNet: false })))
    expect(inside.made).toEqual(all.slice(2, -1))
    const later = told(await ensureNetworks(api, runonceNetworks({})))
    expect(later.made).toEqual([...all.slice(0, 2), ...all.slice(-1)])
  })
})

describe('access', () => {
  it('opens what is closed, once', async () => {
    const group = cloud.add('security-groups', { name: 'default', project_id: 'admin-project' })
    cloud.add('security-group-rules', {
      security_group_id: group['id'],
      direction: 'ingress',
      ethertype: 'IPv4',
      protocol: 'tcp',
      port_range_min: 22,
      port_range_max: 22,
      remote_group_id: null,
      remote_ip_prefix: null,
    })
    const rule = (what: string) => `security group rule ${what}`
    expect(told(await ensureRules(api))).toMatchObject({
      made: ['icmp', 'tcp 80', 'tcp 8000', 'tcp 8080'].map(rule),
      found: [rule('tcp 22')],
    })
    expect(told(await ensureRules(api)).made).toEqual([])
    expect(cloud.things.get('security-group-rules')).toHaveLength(5)
  })

  it('goes on where an attempt made a rule whose answer was lost', async () => {
    cloud.add('security-groups', { name: 'default', project_id: 'admin-project' })
    cloud.answers.set('POST /v2.0/security-group-rules', () => ({ status: 409 }))
    expect(told(await ensureRules(api)).made).toHaveLength(5)
  })

  it('raises quotas that are small, and no others', async () => {
    const now = { instances: 10, cores: -1, ram: 200_000 }
    const path = '/v2.1/os-quota-sets/admin-project'
    cloud.answers.set(`GET ${path}`, () => ({ status: 200, body: { quota_set: now } }))
    cloud.answers.set(`PUT ${path}`, ({ body }) => {
      Object.assign(now, body?.['quota_set'])
      return { status: 200, body }
    })
    expect((await ensureQuotas(api)).state).toBe('made')
    expect(now).toEqual({ instances: 40, cores: -1, ram: 200_000 })
    expect((await ensureQuotas(api)).state).toBe('found')
  })

  it('takes a key pair once, and names another key', async () => {
    const key = 'ssh-ed25519 AAAA me@here'
    expect(await ensureKeyPair(api, key)).toEqual({ what: 'key pair mykey', state: 'made' })
    expect(await ensureKeyPair(api, 'ssh-ed25519 AAAA other comment\n')).toEqual({
      what: 'key pair mykey',
      state: 'found',
    })
    expect(await ensureKeyPair(api, 'ssh-ed25519 BBBB me@here')).toMatchObject({
      differs: 'it is of another key',
    })
    expect(cloud.changes).toHaveLength(1)
  })
})

describe('flavors', () => {
  it('are made once, and where an id is taken with another', async () => {
    cloud.add('flavors', { id: '1', name: 'theirs', ram: 1, disk: 1, vcpus: 1 })
    cloud.add('flavors', { id: '2', name: 'm1.small', ram: 1024, disk: 20, vcpus: 1 })
    const first = told(await ensureFlavors(api))
    expect(first.found).toEqual(['flavor m1.small'])
    expect(first.differs).toEqual(['ram is 1024, not 2048'])
    const made = cloud.things.get('flavors')?.slice(2)
    expect(made).toMatchObject([
      { id: 'auto', name: 'm1.tiny', ram: 512 },
      { id: '3', name: 'm1.medium' },
      { id: '4', name: 'm1.large' },
      { id: '5', name: 'm1.xlarge' },
      { id: '6', name: 'm2.tiny' },
      { id: '42', name: 'm1.nano', ram: 128, disk: 1 },
    ])
    expect(told(await ensureFlavors(api)).made).toEqual([])
  })
})

describe('the image', () => {
  const file = '/var/cache/guest.raw'
  const look = `look at ${file}`
  const source = () => ({ remote: cloud.remote, upload: api, file, ...waiting })

  it('is uploaded from a host, which makes it where it is missing', async () => {
    let made = 0
    const make = () => {
      made++
      cloud.printed.set(look, '23068672\n 353   \\0   \\0\n')
      return Promise.resolve()
    }
    const outcome = await ensureImage(api, { ...source(), make })
    expect(outcome).toEqual({ what: 'image guest', state: 'made' })
    expect(made).toBe(1)
    const [image] = cloud.things.get('images') ?? []
    expect(image).toMatchObject({ disk_format: 'raw', visibility: 'public', status: 'active' })
    expect([...cloud.uploads.values()]).toEqual([file])
    cloud.calls.length = 0
    expect(await ensureImage(api, { ...source(), make })).toMatchObject({ state: 'found' })
    expect([made, cloud.changes]).toEqual([1, []])
  })

  it('that was left half uploaded is made anew', async () => {
    cloud.printed.set(look, '1024\n   Q   F   I\n')
    const half = cloud.add('images', { name: 'guest', status: 'saving' })
    await ensureImage(api, source())
    expect(cloud.changes[0]).toBe(`DELETE /v2/images/${String(half['id'])}`)
    expect(cloud.things.get('images')).toMatchObject([{ disk_format: 'qcow2', status: 'active' }])
  })

  it('of something else is named and left alone', async () => {
    cloud.add('images', { name: 'guest', status: 'active', os_hash_value: 'abc' })
    cloud.printed.set(`compare ${file}`, 'def\n')
    expect((await ensureImage(api, source())).differs).toContain('something else than')
    cloud.printed.set(`compare ${file}`, 'abc\n')
    expect(await ensureImage(api, source())).toEqual({ what: 'image guest', state: 'found' })
    expect(cloud.changes).toEqual([])
  })

  it('that nobody has is asked for', async () => {
    await expect(ensureImage(api, source())).rejects.toThrow('kolla1 has no file')
    expect(cloud.changes).toEqual([])
  })
})

describe('the machine', () => {
  const server = (more: object) => () => ({ status: 200, body: { server: more } })

  beforeEach(() => {
    cloud.add('networks', { id: 'outside', name: 'public1' })
    cloud.add('networks', { id: 'inside', name: 'demo-net' })
    cloud.add('images', { id: 'image', name: 'guest', status: 'active' })
    cloud.add('flavors', { id: '42', name: 'm1.nano' })
    cloud.add('servers', { name: 'demo10' })
  })

  it('boots once, and has one floating address', async () => {
    cloud.answers.set('GET /v2.1/servers/servers-6', server({ status: 'ACTIVE' }))
    expect(await ensureServer(api, waiting)).toEqual({ what: 'server demo1', state: 'made' })
    expect(cloud.things.get('servers')?.[1]).toMatchObject({
      flavorRef: '42',
      imageRef: 'image',
      networks: [{ uuid: 'inside' }],
    })
    expect(await ensureServer(api, waiting)).toMatchObject({ state: 'found' })
    cloud.add('ports', { id: 'port', device_id: 'servers-6', fixed_ips: [] })
    cloud.answers.set('POST /v2.0/floatingips', ({ body }) => {
      const asked = body?.['floatingip'] as Record<string, unknown>
      expect(asked).toEqual({ floating_network_id: 'outside', port_id: 'port' })
      const floatingip = cloud.add('floatingips', { ...asked, floating_ip_address: '10.0.2.150' })
      return { status: 201, body: { floatingip } }
    })
    expect(await ensureAddress(api)).toBe('10.0.2.150')
    expect(await ensureAddress(api)).toBe('10.0.2.150')
    expect(cloud.changes).toEqual(['POST /v2.1/servers', 'POST /v2.0/floatingips'])
  })

  it('that failed says why', async () => {
    const fault = { message: 'No valid host was found.' }
    cloud.answers.set('GET /v2.1/servers/servers-6', server({ status: 'ERROR', fault }))
    await expect(ensureServer(api, waiting)).rejects.toThrow(
      'demo1 is ERROR, not ACTIVE (No valid host was found.): mend the cause',
    )
  })
})
