import { describe, expect, it } from 'vitest'
import type { Cloud } from '../../model/cloud.js'
import type { Globals } from '../../model/globals.js'
import { imageRef } from '../image.js'
import { frontendConfig, frontendsOf } from '../haproxy-frontend.js'
import { hostViews } from '../host-view.js'
import { serviceNamed } from '../index.js'
import { oneShotsOf } from '../one-shots.js'
import { probesOf, renderHost } from '../render.js'
import { testCloud, testFacts } from '../testing/cloud.js'
import { whole } from '../testing/whole.js'

const given = (globals: Partial<Globals>) => testCloud({ globals: { ...whole, ...globals } })
const cloud = given({})

function container(name: string, of: Cloud = cloud) {
  const found = renderHost(of, testFacts, 'kolla2').find((it) => it.name === name)
  if (!found) throw new Error(`there is no ${name}`)
  return found
}

function file(name: string, path = 'nova.conf', of?: Cloud): string {
  return container(name, of).files.find((it) => it.path === path)?.content ?? ''
}

describe('nova.conf', () => {
  it("names the API's databases on its side, the cell's for conductors, and none for compute hosts", () => {
    expect(file('nova_api')).toContain('/nova_cell0\n')
    expect(file('nova_api')).toContain('/nova_api\n')
    expect(file('nova_conductor')).toContain('/nova\n')
    expect(file('nova_conductor')).toContain('/nova_api\n')
    expect(file('nova_compute')).not.toContain('mysql')
  })

  it('has services stop in time, where they would sleep longer than the engine waits', () => {
    const stops = (globals: Partial<Globals>) =>
      file('nova_compute', 'nova.conf', given(globals)).match(/\w+_shutdown_timeout = \d+/g)
    expect(stops({})).toEqual(['graceful_shutdown_timeout = 50', 'manager_shutdown_timeout = 10'])
    expect(stops({ docker_graceful_timeout: 12 })).toEqual([
      'graceful_shutdown_timeout = 2',
      'manager_shutdown_timeout = 1',
    ])
    expect(stops({ openstack_release: '2025.2' })).toBeNull()
  })

  it('keeps disks of machines in Ceph, by a secret that libvirt has', () => {
    expect(file('nova_compute')).toContain('rbd_secret_uuid = 33333333-')
    const local = given({ nova_backend_ceph: false })
    expect(file('nova_compute', 'nova.conf', local)).not.toContain('rbd')
    expect(file('nova_libvirt', 'secrets/33333333-3333-4333-8333-333333333333.xml', local)).toBe('')
    // Volumes are Cinder's, wherever the disks are.
    expect(
      file('nova_libvirt', 'secrets/22222222-2222-4222-8222-222222222222.xml', local),
    ).toContain('ceph-persistent-cinder')
  })
})

describe('libvirt', () => {
  it('is given keys and its account before it begins, none of them by an argument', () => {
    const script = file('nova_libvirt', 'start-libvirt.sh')
    expect(script).toContain(
      '/etc/ceph/ceph.client.cinder.keyring >/etc/libvirt/secrets/22222222-2222-4222-8222-222222222222.base64\n',
    )
    expect(script).toContain('| saslpasswd2 -c -p -a libvirt nova\n')
    expect(script).not.toContain('sasl-secret')
    const open = given({ libvirt_enable_sasl: false })
    expect(file('nova_libvirt', 'start-libvirt.sh', open)).not.toContain('saslpasswd2')
    expect(file('nova_libvirt', 'libvirtd.conf', open)).toContain('auth_tcp = "none"')
  })

  it('may lock memory beside what all containers may, unless the operator says what it may', () => {
    expect(container('nova_libvirt').ulimits).toEqual({
      nofile: { soft: 1048576, hard: 1048576 },
      memlock: { soft: 67108864, hard: 67108864 },
    })
    const own = given({ nova_libvirt_dimensions: { ulimits: { nofile: { soft: 9, hard: 9 } } } })
    expect(container('nova_libvirt', own).ulimits).toEqual({ nofile: { soft: 9, hard: 9 } })
  })
})

it('is the same compute host for ever', () => {
  // Python: uuid.uuid5(UUID('361E6D51-FAEC-444A-9079-341386DA8E2E'), 'kolla2')
  expect(file('nova_compute', 'start-nova-compute.sh')).toContain(
    'if [[ ! -s $id ]]; then\n  echo 3676a6ef-16ff-5beb-b7b5-b459571e6bed >',
  )
})

it('has images of one tag', () => {
  const tagged = given({ nova_tag: 'mine' })
  const refs = ['nova_metadata', 'nova_compute'].map((name) =>
    imageRef(tagged.globals, container(name, tagged)),
  )
  expect(refs).toEqual(
    ['nova-api:mine', 'nova-compute:mine'].map((it) => `192.168.8.73:5000/kolla/${it}`),
  )
})

it.each([
  ['nova_compute', { nova_compute_tag: 'own' }, 'own'],
  ['nova_libvirt', { nova_compute_tag: 'own', nova_tag: 'mine' }, 'mine'],
  ['nova_metadata', { nova_api_tag: 'own' }, 'own'],
])('%s has the tag that %j says', (name, globals, tag) => {
  const tagged = given(globals)
  expect(imageRef(tagged.globals, container(name, tagged))).toMatch(new RegExp(`:${tag}$`))
})

it("makes its schema by the cell's conductor, and finds new compute hosts out", () => {
  const shots = oneShotsOf(cloud, serviceNamed('nova'))
  expect(shots?.container).toBe('nova_conductor')
  expect([...(shots?.takes.keys() ?? [])]).toEqual(['databases', 'schema', 'identity'])
  const cell = oneShotsOf(cloud, serviceNamed('nova-cell'))
  expect(cell?.takes.get('discovery')).toBe('["kolla1","kolla2","kolla3"]')
})

it('lets a console be idle for an hour', () => {
  const front = frontendsOf(cloud, [serviceNamed('nova-cell')])[0]
  const text = front ? frontendConfig(front, '192.168.8.75', hostViews(cloud, testFacts)) : ''
  expect(text).toContain('    timeout tunnel 1h\n')
  expect(text).not.toContain('httpchk')
})

it('has metadata answer from outside only where the operator wants it', () => {
  const names = (globals: Partial<Globals>) =>
    frontendsOf(given({ kolla_external_vip_address: '10.0.0.9', ...globals }), [
      serviceNamed('nova'),
    ]).map(({ name }) => name)
  expect(names({})).toEqual(['nova_api', 'nova_api_external', 'nova_metadata'])
  expect(names({ nova_enable_external_metadata: true })).toContain('nova_metadata_external')
})

it('proves one container of a service alone', () => {
  const probes = probesOf(cloud, testFacts, 'kolla1', 'nova-cell', 'nova_libvirt')
  expect(probes.map(({ kind }) => kind)).toEqual(['exec', 'tcp'])
})
