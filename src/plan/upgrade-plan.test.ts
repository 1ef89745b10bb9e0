import { describe, expect, it } from 'vitest'
import type { Backup } from './backup.js'
import type { Change } from './change.js'
import {
  batchSize,
  databaseWayBack,
  pointsOfNoReturn,
  upgradeSteps,
  withoutStep,
} from './upgrade-plan.js'

const members = {
  mariadb: ['kolla1', 'kolla2', 'kolla3'],
  haproxy: ['kolla1', 'kolla2', 'kolla3'],
  keystone: ['kolla1', 'kolla2'],
}
const change = (service: string, host: string, action: Change['action'] = 'replace'): Change => {
  return { service, host, container: service, action, interrupts: true, reasons: [] }
}

describe('upgradeSteps', () => {
  it("follows the services' dependencies and the inventory's order", () => {
    const changes = [
      change('keystone', 'kolla2'),
      change('keystone', 'kolla1'),
      change('mariadb', 'kolla3'),
    ]
    expect(upgradeSteps(changes, members)).toEqual([
      { name: 'mariadb', services: ['mariadb'], hosts: ['kolla3'] },
      { name: 'keystone', services: ['keystone'], hosts: ['kolla1', 'kolla2'] },
    ])
  })

  it('leaves the floating address where it is as long as it can', () => {
    const changes = members.haproxy.map((host) => change('haproxy', host))
    expect(upgradeSteps(changes, members, 'kolla1')).toEqual([
      {
        name: 'loadbalancer',
        services: ['haproxy', 'keepalived'],
        hosts: ['kolla2', 'kolla3', 'kolla1'],
      },
    ])
  })

  it('has no part for what is only removed, nor for disks', () => {
    expect(upgradeSteps([change('mariadb', 'kolla1', 'remove')], members)).toEqual([])
    const ceph = { 'ceph-osd': ['kolla1'] }
    expect(upgradeSteps([change('ceph-osd', 'kolla1', 'bootstrap')], ceph)).toEqual([])
  })

  it('takes Ceph last: monitors, managers, OSDs, gateways', () => {
    const services = ['ceph-rgw', 'ceph-osd', 'ceph-mgr', 'ceph-mon', 'keystone']
    const all = Object.fromEntries(services.map((service) => [service, ['kolla1']]))
    const changes = services.map((service) => change(service, 'kolla1'))
    expect(upgradeSteps(changes, all).map(({ name }) => name)).toEqual(services.reverse())
  })
})

it('pointsOfNoReturn names those of the services that change', () => {
  const step = (name: 'cron' | 'mariadb' | 'glance' | 'heat') => {
    return { name, services: [name], hosts: ['kolla1'] }
  }
  expect(pointsOfNoReturn([step('cron')], ['heat'])).toEqual([])
  const [point] = pointsOfNoReturn([step('mariadb')], ['heat'])
  expect(point).toContain('the last MariaDB')
  expect(pointsOfNoReturn([step('glance'), step('heat')], ['glance', 'cinder', 'heat'])).toEqual([
    'the expansion of the first schema that has anything to migrate, of glance, heat: from then on a rollback restores the backup',
  ])
})

describe('databaseWayBack', () => {
  const keystone = ['c', 'e1']
  const backup = { id: 'b1' } as Backup
  const versions = { mariadb: '10.11.14', schemas: { keystone, heat: ['h1'] } }
  const record = { release: '2025.2', to: '2026.1', backup, versions }
  const at = (...versions: string[]) =>
    versions.map((version, index) => ({ host: `kolla${index + 1}`, version }))
  const old = '10.11.14'

  it('stays where there is none', () => {
    const none = { release: '2025.2', to: '2026.1', versions: { mariadb: '', schemas: {} } }
    expect(databaseWayBack([], {}, none)).toBe('stays')
  })

  const same = { keystone, heat: ['h1'], glance: ['made since'] }

  it.each([
    ['stays where nobody was replaced', at(old, old, old), same, 'stays'],
    ['is copied from a member that is still old', at('11.8.3', old, old), same, 'rejoin'],
    ['is restored after the last one', at('11.8.3', '11.8.3', '11.8.3'), same, 'restore'],
    [
      'is restored after a migration of any service',
      at(old, old, old),
      { keystone, heat: ['h2'] },
      'restore',
    ],
    ['is copied over one that is down', at(old, old, ''), same, 'rejoin'],
    ['is restored where no old one is left to tell', at('11.8.3', '', ''), undefined, 'restore'],
    [
      'is not known where old ones are there and none tells',
      at(old, old, ''),
      undefined,
      undefined,
    ],
  ] as const)('%s', (_case, found, schemas, way) => {
    expect(databaseWayBack(found, schemas, record)).toBe(way)
  })

  const silent = { host: 'kolla2', version: '', release: '2025.2', data: 'complete' } as const

  it.each([
    ['of the record, with whole data', silent, undefined],
    ['of the record, without data', { ...silent, data: 'none' as const }, 'restore'],
    ['of the newer release', { ...silent, release: '2026.1' }, 'restore'],
    ["that has the record's backup", { ...silent, restored: 'b1' }, 'restore'],
    ['that has an older backup', { ...silent, restored: 'b0' }, undefined],
  ])('with a member %s that does not run', (_which, member, way) => {
    expect(databaseWayBack([...at('11.8.3'), member], same, record)).toBe(way)
    expect(databaseWayBack([...at(old), member], same, record)).toBe('rejoin')
  })

  it('is restored where an upgrade to other images of the same release has left none that runs', () => {
    expect(databaseWayBack([silent], same, { ...record, to: '2025.2' })).toBe('restore')
  })

  it.each([
    ['e1', 'stays'],
    ['e2', 'restore'],
  ])("knows Keystone's alone from a record of earlier versions: at %s it %ss", (head, way) => {
    const earlier = {
      release: '2025.2',
      to: '2026.1',
      versions: { mariadb: old, schema: ['c', 'e1'] },
    }
    expect(databaseWayBack(at(old), { keystone: ['c', head], heat: ['h2'] }, earlier)).toBe(way)
  })
})

it.each([
  [1, 3, 1],
  ['50%', 3, 1],
  ['50%', 10, 5],
  [5, 3, 3],
  ['1%', 3, 1],
])('a batch of %s of %i hosts is %i', (batch, hosts, size) => {
  expect(batchSize(batch, hosts)).toBe(size)
})

it('withoutStep names services that would be left behind', () => {
  const changes = [
    change('zun', 'kolla1'),
    change('zun', 'kolla2'),
    change('cron', 'kolla1'),
    change('keystone_expand', 'kolla1', 'remove'),
  ]
  expect(withoutStep(changes)).toEqual(['zun'])
})
