import { expect, it } from 'vitest'
import type { Backup } from './backup.js'
import type { Change } from './change.js'
import { formatRollback } from './format-rollback.js'
import type { RollbackPreview } from './format-rollback.js'
import { formatUpgrade } from './format-upgrade.js'

const hosts = ['kolla1', 'kolla2', 'kolla3']
const replace = (service: string, container: string, ...reasons: string[]): Change[] =>
  hosts.map((host) => {
    return { host, service, container, action: 'replace', interrupts: true, reasons }
  })
const changes = [
  ...replace('mariadb', 'mariadb', 'image 2025.2 → 2026.1'),
  ...replace('keystone', 'keystone', 'image 2025.2 → 2026.1', 'configuration'),
  ...replace('keystone', 'keystone_fernet', 'image 2025.2 → 2026.1'),
]
const at = '2026-11-23T10:00:00Z'
const mariadb = { name: 'mariadb', services: ['mariadb'], hosts } as const
const keystone = { name: 'keystone', services: ['keystone'], hosts } as const

it('formatUpgrade tells what, in which order, which migrations, how long, and what is final', () => {
  const text = formatUpgrade({
    from: '2025.2',
    to: '2026.1',
    changes,
    pulls: [{ host: 'kolla1' }, { host: 'kolla3' }],
    steps: [mariadb, keystone],
    members: { mariadb: hosts },
    oneShots: { keystone: { kinds: ['databases'] } },
    unregistered: ['cinderv3 (volumev3)'],
    noReturn: ['the last MariaDB'],
    migrations: {
      versions: [{ program: 'MariaDB', from: '10.11.14', to: '11.8.3' }],
      schemas: [{ service: 'keystone', heads: ['e1'], pending: [] }],
    },
    timesBack: { 'Restore the database': { seconds: 21, at } },
    times: {
      'Pull images': { seconds: 305, at },
      'Upgrade mariadb': { seconds: 94, hosts: 3, at },
    },
  })
  expect(text).toMatchInlineSnapshot(`
    "2025.2 → 2026.1: 9 to replace on 3 hosts
    1. pull images on kolla1, kolla3 (last time 5 min)
    2. back up the database (not done before) and prove the backup (not done before); keep the release record
    3. mariadb on kolla1, kolla2, kolla3; image 2025.2 → 2026.1 (last time 94 s on 3 hosts)
    4. keystone on kolla1, kolla2, kolla3: keystone, keystone_fernet; image 2025.2 → 2026.1, configuration (not done before)
    5. finish: feature flags, contraction of schemas, registration; cinderv3 (volumev3) leaves Keystone's catalogue (not done before)
    6. verify (not done before)
    Migrations:
    - MariaDB 10.11.14 → 11.8.3: each member migrates its system tables, one after the other
    What a rollback costs, from each of these on:
    - mariadb: while a member is still of the old release, the others copy all data from it, and nothing is lost; from the last one on a rollback puts the backup back (prepare the backup: not done before; restore the database: last time 21 s; join the other members: not done before): what was written to any database since is lost, and every API that works on one is away meanwhile
    - keystone: its schema stays, and its data go back with the backup
    Points of no return:
    - the last MariaDB"
  `)
})

it('formatUpgrade and formatRollback tell what is interrupted, formatUpgrade what becomes of machines', () => {
  const interruption = 'new flows wait'
  const vswitchd = replace('openvswitch', 'openvswitch_vswitchd', 'image').map((change) => {
    return { ...change, interruption }
  })
  const lines = [
    'What is interrupted:',
    '- openvswitch_vswitchd on kolla1, kolla2, kolla3 (image): new flows wait',
  ]
  const upgrade = formatUpgrade({
    ...{ from: '2025.2', to: '2026.1', changes: vswitchd, pulls: [], steps: [], noReturn: [] },
    ...{ members: {}, oneShots: {}, times: {}, evacuate: true },
  })
  const away = '- machines of compute hosts are moved away before, live (--evacuate)'
  expect(upgrade).toContain([...lines, away].join('\n'))
  expect(formatRollback({ ...rollback, changes: vswitchd })).toContain(lines.join('\n'))
})

it('formatUpgrade of one that goes on names its way back', () => {
  const text = formatUpgrade({
    ...{ from: '2025.2', to: '2026.1', changes: [], pulls: [], steps: [keystone], noReturn: [] },
    members: {},
    oneShots: {},
    ...{ times: {}, record: { id: '2025.2-20261123T094000Z', versions: rollback.record.versions } },
  })
  expect(text).toContain('1. the way back is 2025.2-20261123T094000Z, as it was\n2. keystone')
})

const rollback: RollbackPreview = {
  record: {
    id: '2025.2-20261123T094000Z',
    backup: {
      id: '20261123T094000Z-full',
      host: 'kolla1',
      at,
    } as Backup,
    versions: { programs: { keystone: '28.1.0' }, mariadb: '10.11.14', rabbitmq: '4.0.5' },
  },
  changes,
  pulls: [],
  steps: [keystone, mariadb],
  way: 'restore',
  schemas: [
    { service: 'keystone', found: ['e2'], recorded: ['e1'] },
    { service: 'heat', found: ['h'], recorded: ['h'] },
  ],
  donors: [],
  oneShots: { keystone: { kinds: ['databases'] } },
  stays: ["RabbitMQ's feature flags"],
  times: { 'Restore the database': { seconds: 21, at } },
}

it('formatRollback tells what is started again, what is restored to which moment, and what stays', () => {
  expect(formatRollback(rollback)).toMatchInlineSnapshot(`
    "back to 2025.2-20261123T094000Z: 9 to replace on 3 hosts; it will run Keystone 28.1.0, MariaDB 10.11.14, RabbitMQ 4.0.5
    1. the database, keystone, restored as below
    2. verify (not done before)
    The database:
    - goes back to 2026-11-23T10:00:00Z, by the backup 20261123T094000Z-full on kolla1 (prepare the backup: not done before; restore the database: last time 21 s; join the other members: not done before): what was written since is lost, which must be confirmed; every API that works on it is away meanwhile
    - keystone: its schema is at e2, the record's at e1: it needs the backup
    - heat: its schema is the record's, and its data go back with the others
    What cannot go back:
    - RabbitMQ's feature flags"
  `)
})

it.each([
  ['stays' as const, hosts, 'stays as it is, nothing is lost'],
  ['rejoin' as const, ['kolla3'], "kolla3 still has the record's MariaDB"],
])('formatRollback where the database %s', (way, donors, words) => {
  const text = formatRollback({ ...rollback, way, donors })
  expect(text).toContain(words)
  expect(text).toContain('1. keystone on kolla1, kolla2, kolla3: keystone, keystone_fernet')
  expect(text).not.toContain(at)
})
