import { beforeEach, describe, expect, it } from 'vitest'
import type { Identity } from '../catalog/identity.js'
import { register } from './keystone-register.js'
import { OpenStackApi } from './openstack-api.js'
import { FakeOpenStack, testAccount } from './testing/fake-openstack.js'

const identity: Identity = {
  services: [
    {
      name: 'glance',
      type: 'image',
      description: 'Openstack Image',
      endpoints: { internal: 'http://10.0.0.9:9292', public: 'http://cloud:9292' },
    },
  ],
  users: [{ name: 'glance', password: 'glance_keystone_password', roles: ['admin', 'service'] }],
}

let cloud: FakeOpenStack
let api: OpenStackApi
let passwords: Record<string, string>
beforeEach(async () => {
  cloud = new FakeOpenStack()
  passwords = {}
  for (const id of ['admin', 'service']) cloud.add('roles', { id, name: id })
  cloud.add('projects', { id: 'p', name: 'service', domain_id: 'default' })
  cloud.add('users', { id: 'u', name: 'glance', domain_id: 'default' })
  api = await OpenStackApi.login(cloud.remote, testAccount)
})

const knows = (user: string, password: string) => Promise.resolve(passwords[user] === password)

const run = (isRight = knows, more: Partial<Identity> = {}, wasHere = false) =>
  register(
    api,
    { ...identity, ...more },
    {
      cloud: 'demo',
      wasHere,
      region: 'RegionOne',
      admin: { user: 'admin', project: 'admin' },
      secret: () => 'secret',
      isRight,
    },
  )

/** How Keystone knows what this cloud has registered. */
const made = { kolla_temporal: 'demo' }

/** An endpoint of the catalogue. */
function endpoint(id: string, more: Readonly<Record<string, string>> = {}) {
  return cloud.add('endpoints', {
    id,
    service_id: 's1',
    interface: 'internal',
    region_id: 'RegionOne',
    url: 'http://10.0.0.9:9292',
    ...more,
  })
}

describe('register', () => {
  it('makes what is missing', async () => {
    cloud.things.clear()
    expect(await run()).toEqual([])
    expect(cloud.things.get('services')).toMatchObject([{ name: 'glance', type: 'image' }])
    expect(cloud.things.get('endpoints')).toMatchObject([
      { interface: 'internal', region_id: 'RegionOne', url: 'http://10.0.0.9:9292', ...made },
      { interface: 'public', region_id: 'RegionOne', url: 'http://cloud:9292', ...made },
    ])
    expect(cloud.things.get('users')).toMatchObject([{ name: 'glance', password: 'secret' }])
  })

  it('takes what another service makes meanwhile', async () => {
    cloud.things.delete('projects')
    cloud.answers.set('POST /v3/projects', () => {
      cloud.add('projects', { id: 'p', name: 'service', domain_id: 'default' })
      return { status: 409 }
    })
    expect(await run()).toEqual([])
    expect(cloud.changes).toContain('PUT /v3/projects/p/users/u/roles/admin')
  })

  it('fails as a whole where one thing fails long before it is needed', async () => {
    cloud.answers.set('GET /v3/projects', () => ({ status: 503 }))
    const isRight = () => new Promise<boolean>((resolve) => setTimeout(resolve, 20, true))
    await expect(run(isRight)).rejects.toThrow('503')
  })

  it('mends a URL and a password', async () => {
    cloud.add('services', { id: 's1', name: 'glance', type: 'image' })
    endpoint('e0', { url: 'http://by-hand:9292' })
    endpoint('e1', { url: 'http://10.0.0.8:9292', ...made })
    endpoint('e2', { interface: 'public', url: 'http://cloud:9292', ...made })
    expect(await run()).toEqual([expect.stringContaining('http://by-hand:9292')])
    expect(cloud.changes.filter((call) => call.startsWith('PATCH')).sort()).toEqual([
      'PATCH /v3/endpoints/e1',
      'PATCH /v3/users/u',
    ])
  })

  it('takes over what another tool has registered for our addresses, and nothing that leads elsewhere', async () => {
    cloud.add('services', { id: 's1', name: 'glance', type: 'image' })
    endpoint('e1', { url: 'https://10.0.0.9:443/image' })
    endpoint('e2', { interface: 'public', url: 'http://elsewhere:9292' })
    expect(await run()).toEqual([
      expect.stringContaining('public of glance in RegionOne, http://elsewhere:9292'),
    ])
    expect(cloud.things.get('endpoints')).toMatchObject([
      { id: 'e1', url: 'http://10.0.0.9:9292', ...made },
      { id: 'e2', url: 'http://elsewhere:9292' },
      { interface: 'public', url: 'http://cloud:9292', ...made },
    ])
  })

  it('changes the only one to a new address where this cloud has registered before', async () => {
    cloud.add('services', { id: 's1', name: 'glance', type: 'image' })
    endpoint('e1', { url: 'http://former:9292' })
    expect(await run(knows, {}, true)).toEqual([])
    expect(cloud.things.get('endpoints')?.[0]).toMatchObject({
      url: 'http://10.0.0.9:9292',
      ...made,
    })
  })

  it('takes a service that the release has no more out of the catalogue of its region', async () => {
    cloud.add('services', { id: 's0', name: 'glance', type: 'imagev1' })
    cloud.add('services', { id: 's1', name: 'other', type: 'imagev1' })
    endpoint('e0', { service_id: 's0' })
    endpoint('e1', { service_id: 's0', region_id: 'RegionTwo' })
    endpoint('e2', { service_id: 's0', url: 'http://elsewhere:9292' })
    const former = [{ name: 'glance', type: 'imagev1' }]
    await run(knows, { former })
    cloud.things.set('endpoints', [])
    await run(knows, { former })
    await run(knows, { former })
    expect(cloud.changes.filter((call) => call.startsWith('DELETE'))).toEqual([
      'DELETE /v3/endpoints/e0',
      'DELETE /v3/services/s0',
    ])
  })

  it('changes nothing where all is right, and names what others have registered', async () => {
    passwords['glance'] = 'secret'
    cloud.add('services', { id: 's1', name: 'glance', type: 'image' })
    cloud.add('services', { id: 's2', name: 'other', type: 'image' })
    cloud.add('services', { id: 's3', name: 'nova', type: 'compute' })
    endpoint('e0', { url: 'http://by-hand:9292' })
    endpoint('e1', made)
    endpoint('e2', { interface: 'public', url: 'http://cloud:9292', ...made })
    endpoint('e3', { region_id: 'RegionTwo' })
    endpoint('e4', { interface: 'admin' })
    endpoint('e5', { service_id: 's2', url: 'http://other:9292' })
    endpoint('e6', { service_id: 's3' })
    const what =
      "Keystone's catalogue has an endpoint of type image that is none of ours, and it stays"
    expect(await run()).toEqual([
      `${what}: internal of glance in RegionOne, http://by-hand:9292`,
      `${what}: internal of glance in RegionTwo, http://10.0.0.9:9292`,
      `${what}: admin of glance in RegionOne, http://10.0.0.9:9292`,
      `${what}: internal of other in RegionOne, http://other:9292`,
    ])
    // A role that is there is put again.
    expect(cloud.changes.sort()).toEqual([
      'PUT /v3/projects/p/users/u/roles/admin',
      'PUT /v3/projects/p/users/u/roles/service',
    ])
  })
})
