import { describe, expect, it } from 'vitest'
import type { Change } from './change.js'
import type { Migrations, Revision, SchemaChange } from './migrations.js'
import type { Versions } from './release-record.js'
import { describeCosts } from './rollback-costs.js'
import type { UpgradeStep } from './upgrade-plan.js'

const at = '2026-11-23T10:00:00Z'
const revision = (id: string, phase = ''): Revision => {
  return { id, after: [], phase, about: '', release: '' }
}
const schema = (service: string, pending?: readonly Revision[]): SchemaChange => {
  return { service, heads: ['a'], ...(pending && { pending }) }
}
const steps = (...names: UpgradeStep['name'][]): UpgradeStep[] =>
  names.map((name) => ({ name, services: [name], hosts: ['kolla1'] }))
const ofMariadb = (from: string, to: string) => [{ program: 'MariaDB', from, to }]
const stays = ofMariadb('11.8.3', '11.8.3')
const timesBack = {
  'Roll memcached back': { seconds: 9, at },
  'Roll glance back': { seconds: 21, at },
}

const changes: readonly Change[] = [
  {
    host: 'kolla1',
    service: 'nova-cell',
    container: 'nova_libvirt',
    action: 'replace',
    interrupts: true,
    reasons: ['image 2025.2 → 2026.1'],
  },
]

/** The lines of parts, without the words about the restore. */
const costs = (migrations: Migrations, names: readonly UpgradeStep['name'][], record?: Versions) =>
  describeCosts({
    steps: steps(...names),
    changes,
    oneShots: { 'nova-cell': { kinds: ['databases'] } },
    migrations,
    timesBack,
    ...(record && { record: { versions: record } }),
  }).map((line) => line.replace(/a rollback puts the backup back .* away meanwhile/, 'RESTORE'))

describe('what a rollback costs', () => {
  it('is restarts alone as long as no data move', () => {
    const schemas = [schema('glance', []), schema('nova', [])]
    expect(costs({ versions: stays, schemas }, ['memcached', 'mariadb', 'glance', 'nova'])).toEqual(
      [
        'memcached (last time 9 s), mariadb (not done before): the previous containers are started again, and nothing is lost',
        'glance: its schema stays: its previous containers are started again (last time 21 s), and nothing is lost',
        'nova: its schema stays: its previous containers are started again (not done before), and nothing is lost; what its services told of their version (`services.version`) is forgotten, host by host, so that older ones are taken',
      ],
    )
  })

  it('is the backup from the first schema on that moves, whose data take all others with them', () => {
    const schemas = [
      schema('keystone', []),
      schema('neutron', [revision('b', 'expand')]),
      schema('heat', [revision('c'), revision('d')]),
      schema('placement', []),
    ]
    const names = ['keystone', 'neutron', 'heat', 'placement', 'horizon'] as const
    expect(costs({ versions: stays, schemas }, names)).toEqual([
      'horizon (not done before): the previous containers are started again, and nothing is lost',
      'keystone: its schema stays: its previous containers are started again (not done before), and nothing is lost',
      'neutron: its schema moves before its first host (1 migration): from then on RESTORE',
      'heat: its schema moves before its first host (2 migrations), and its data go back with the backup',
      'placement: its schema stays, and its data go back with the backup',
    ])
  })

  it('is the backup from the last MariaDB on where that has another version', () => {
    const migrations = {
      versions: ofMariadb('10.11.14', '11.8.3'),
      schemas: [schema('glance', [])],
    }
    expect(costs(migrations, ['mariadb', 'glance'])).toEqual([
      'mariadb: while a member is still of the old release, the others copy all data from it, and nothing is lost; from the last one on RESTORE',
      'glance: its schema stays, and its data go back with the backup',
    ])
  })

  it.each([
    ['4.1.4', '4.2.0', ['rabbitmq'], undefined, 'from its first node on a rollback is refused'],
    ['4.2.0', '4.2.0', [], '4.1.4', 'now a rollback is refused'],
    ['4.1.4', '4.1.6', ['rabbitmq'], undefined, 'nothing is lost'],
  ] as const)(
    'is the queues of a RabbitMQ that goes from %s to %s, with the part %j left of one from %s',
    (from, to, names, recorded, said) => {
      const versions = [...stays, { program: 'RabbitMQ', from, to }]
      const record = recorded === undefined ? undefined : { rabbitmq: recorded, mariadb: '11.8.3' }
      const lines = costs({ versions }, names, record)
      expect(lines).toEqual([expect.stringContaining(said)])
    },
  )

  it('is stopped machines where libvirt was replaced, and a pause where only its data were moved by another', () => {
    const machines = 'machines that begin from then on may run on a newer QEMU'
    const migrations = (pending: Revision[]) => ({
      versions: stays,
      schemas: [schema('nova', pending)],
    })
    expect(costs(migrations([]), ['nova', 'nova-cell'])[1]).toMatch(
      `nova-cell: its previous containers are started again (not done before), and nothing is lost; ${machines}`,
    )
    expect(costs(migrations([revision('b')]), ['nova', 'nova-cell'])[1]).toMatch(
      `nova-cell: it is away while the backup is put back; ${machines}`,
    )
  })

  it('counts on what an image does not tell', () => {
    expect(costs({ versions: stays, schemas: [schema('heat')] }, ['heat'])).toEqual([
      'heat: its new image does not tell whether its schema moves, so that it may: from then on RESTORE',
    ])
  })

  it('knows of migrations that come at the end alone', () => {
    const schemas = [schema('glance', [revision('c', 'contract')])]
    expect(costs({ versions: stays, schemas }, ['glance'])).toEqual([
      expect.stringContaining('glance: its schema stays: '),
      'the contraction at the end, of glance: from then on RESTORE',
    ])
  })

  it.each([
    ['a schema', stays, { mariadb: '11.8.3', schemas: { glance: ['0'] } }, 'the schema of glance'],
    ['MariaDB', stays, { mariadb: '10.11.14', schemas: { glance: ['a'] } }, 'MariaDB'],
  ])('is the backup from now on where %s has moved before', (_case, versions, record, what) => {
    const migrations = { versions, schemas: [schema('glance', [])] }
    expect(costs(migrations, ['glance'], { rabbitmq: '', ...record })).toEqual([
      `now: ${what} moved before: RESTORE`,
      'glance: its schema stays, and its data go back with the backup',
    ])
  })

  it('is no more than usual where an upgrade that goes on has moved nothing', () => {
    const migrations = { versions: stays, schemas: [schema('glance', [])] }
    const record = { rabbitmq: '', mariadb: '11.8.3', schemas: { glance: ['a'], heat: ['h'] } }
    expect(costs(migrations, ['glance'], record)).toEqual([
      expect.stringContaining('nothing is lost'),
    ])
  })

  it('is not told where nobody has looked', () => {
    expect(describeCosts({ steps: steps('glance'), changes: [], oneShots: {} })).toEqual([])
  })
})
