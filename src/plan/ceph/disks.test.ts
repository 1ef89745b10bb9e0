import { describe, expect, it } from 'vitest'
import type { ObservedCeph, ObservedDisk, ObservedPartition } from '../../model/observed-host.js'
import { planDisks } from './disks.js'
import { journalLabel, osdLabel, tableId } from './labels.js'

const fsid = '11111111-1111-4111-8111-111111111111'
const gib = 2 ** 30
const uuid = (letter: string) => `${letter.repeat(8)}-0000-4000-8000-000000000000`

function disk(letter: string, changes: Partial<ObservedDisk> = {}): ObservedDisk {
  const device = `/dev/sd${letter}`
  return { device, bytes: 12 * gib, uses: [], blank: true, partitions: [], ...changes }
}

function partition(
  letter: string,
  label: string,
  changes: Partial<ObservedPartition> = {},
  number = 1,
): ObservedPartition {
  const device = `/dev/sd${letter}${number}`
  return { device, bytes: 12 * gib, uses: [], blank: true, label, uuid: uuid(letter), ...changes }
}

function labelled(letter: string, ...partitions: ObservedPartition[]): ObservedDisk {
  return disk(letter, { blank: false, table: { kind: 'gpt', id: uuid('f') }, partitions })
}

function finished(letter: string, id: number): ObservedPartition {
  const bluestore = { osdUuid: uuid(letter), role: 'main', fsid, id, ready: true }
  return partition(letter, osdLabel, {
    content: 'ceph_bluestore',
    bluestore,
  })
}

function seen(...disks: ObservedDisk[]): ObservedCeph {
  return { disks, named: Object.fromEntries(disks.map(({ device }) => [device, device])) }
}

const wanted = (osds: string[], journals: string[] = []) => ({
  ceph_osd_disks: osds.map((letter) => `/dev/sd${letter}`),
  ceph_journal_disks: journals.map((letter) => `/dev/sd${letter}`),
})

describe('blank disks', () => {
  it('get one partition an OSD, and journals of equal size on the disk for them', () => {
    const plan = planDisks(
      seen(disk('b'), disk('c'), disk('d', { bytes: 6 * gib, serial: 'S1' })),
      wanted(['b', 'c'], ['d']),
      fsid,
    )
    expect(plan.tables).toMatchObject([
      { device: '/dev/sdb', label: osdLabel, parts: 1 },
      { device: '/dev/sdc', label: osdLabel, parts: 1 },
      { device: '/dev/sdd', label: journalLabel, parts: 2, why: 'blank, 6.0 GiB, serial S1' },
    ])
    expect(plan.births).toEqual([
      { name: '/dev/sdb', again: false, journal: { name: '/dev/sdd' } },
      { name: '/dev/sdc', again: false, journal: { name: '/dev/sdd' } },
    ])
    expect(plan).toMatchObject({ errors: [], warnings: [] })
  })

  it('share two disks for journals fairly', () => {
    const plan = planDisks(
      seen(disk('b'), disk('c'), disk('e'), disk('d'), disk('f')),
      wanted(['b', 'c', 'e'], ['d', 'f']),
      fsid,
    )
    expect(plan.tables.slice(3)).toMatchObject([{ parts: 2 }, { parts: 1 }])
    const journals = plan.births.map(({ journal }) => journal?.name)
    expect(journals).toEqual(['/dev/sdd', '/dev/sdf', '/dev/sdd'])
  })

  it('that are too many for the journals are a warning with the layout', () => {
    const plan = planDisks(
      seen(disk('b'), disk('c'), disk('d', { bytes: 1.5 * gib })),
      wanted(['b', 'c'], ['d']),
      fsid,
    )
    expect(plan.warnings).toEqual([
      'there are fewer journals than OSDs to be made, /dev/sdc will keep theirs on the same disk: /dev/sdb → /dev/sdd, /dev/sdc → /dev/sdc',
    ])
  })
})

it('no table is written where the program for it is missing', () => {
  const bare = { ...seen(disk('b')), missing: ['sfdisk'] }
  expect(planDisks(bare, wanted(['b']), fsid)).toEqual({
    errors: ['without sfdisk disks cannot be labelled: run bootstrap-servers first'],
    warnings: [],
    tables: [],
    births: [],
  })
  const labels = labelled('b', partition('b', osdLabel))
  expect(planDisks({ ...bare, disks: [labels] }, wanted(['b']), fsid).errors).toEqual([])
})

describe('disks that the operator has labelled himself', () => {
  const disks = [
    labelled('b', partition('b', osdLabel)),
    labelled('c', partition('c', osdLabel)),
    labelled('d', partition('d', journalLabel)),
  ]

  it.each([
    ['not named', seen(), wanted([])],
    ['named as well', seen(...disks), wanted(['b', 'c'], ['d'])],
  ])('are taken as they are, %s; only an empty journal disk is divided', (_, { named }, names) => {
    const plan = planDisks({ disks, named }, names, fsid)
    expect(plan.errors).toEqual([])
    expect(plan.tables).toMatchObject([
      { device: '/dev/sdd', parts: 2, why: 'empty journals, 12.0 GiB' },
    ])
    expect(plan.births).toMatchObject([
      { partition: { device: '/dev/sdb1' }, journal: { name: '/dev/sdd' } },
      { partition: { device: '/dev/sdc1' } },
    ])
  })

  it('and whose journals are as many as the OSDs need no table', () => {
    const divided = labelled('d', partition('d', journalLabel), partition('d', journalLabel, {}, 2))
    const plan = planDisks(seen(...disks.slice(0, 2), divided), wanted(['b', 'c'], ['d']), fsid)
    expect(plan.tables).toEqual([])
    expect(plan.births.map(({ journal }) => journal?.partition?.device)).toEqual([
      '/dev/sdd1',
      '/dev/sdd2',
    ])
  })
})

describe('what was begun', () => {
  it('is finished: a table of ours without partitions is written again', () => {
    const half = disk('b', { blank: false, table: { kind: 'gpt', id: tableId('0123456789ab') } })
    expect(planDisks(seen(half), wanted(['b']), fsid).tables).toMatchObject([
      { device: '/dev/sdb', why: 'half labelled, 12.0 GiB' },
    ])
  })

  it('is finished: an OSD that never became ready is made again', () => {
    const bluestore = { osdUuid: uuid('b'), role: 'main', ready: false }
    const half = partition('b', osdLabel, { content: 'ceph_bluestore', bluestore })
    expect(planDisks(seen(labelled('b', half)), wanted(['b']), fsid)).toMatchObject({
      errors: [],
      births: [{ name: '/dev/sdb1', again: true }],
    })
  })

  it('goes on with the journals that are left', () => {
    const bluestore = { osdUuid: uuid('b'), role: 'bluefs db', ready: false }
    const used = partition('d', journalLabel, { content: 'ceph_bluestore', bluestore })
    const disks = seen(
      labelled('b', finished('b', 0)),
      labelled('c', partition('c', osdLabel)),
      labelled('d', used, partition('d', journalLabel, {}, 2)),
    )
    const plan = planDisks(disks, wanted(['b', 'c'], ['d']), fsid)
    expect(plan).toMatchObject({ errors: [], tables: [] })
    expect(plan.births).toMatchObject([
      { name: '/dev/sdc1', journal: { partition: { device: '/dev/sdd2' } } },
    ])
  })
})

it('finished OSDs need nothing, under whatever device name', () => {
  const plan = planDisks(seen(labelled('x', finished('x', 3))), wanted([]), fsid)
  expect(plan).toEqual({ errors: [], warnings: [], tables: [], births: [] })
})

describe('names that stand for other disks since the last boot', () => {
  const system = labelled('b', partition('b', '', { content: 'ext4', uses: ['mounted on /'] }))
  const [moved, kept] = [labelled('a', finished('a', 0)), labelled('c', finished('c', 1))]

  it('are a warning where every OSD is there', () => {
    const plan = planDisks(seen(moved, system, kept), wanted(['b', 'c']), fsid)
    expect(plan).toMatchObject({ errors: [], tables: [], births: [] })
    expect(plan.warnings).toEqual([
      '/dev/sdb, of ceph_osd_disks, is the system disk: name another (no new OSD is wanted here, so that nothing is written; names of /dev/disk/by-id stay the same)',
    ])
  })

  const gone = { disks: [kept], named: { '/dev/sdb': undefined, '/dev/sdc': '/dev/sdc' } }

  it('or for none, as the disk of an OSD that the host has has died', () => {
    const plan = planDisks(gone, wanted(['b', 'c']), fsid, 1)
    expect(plan.errors).toEqual([])
    expect(plan.warnings).toHaveLength(1)
    expect(plan.warnings[0]).toMatch(/^\/dev\/sdb, of ceph_osd_disks, does not exist/)
  })

  it.each<[string, ObservedCeph, string[], RegExp]>([
    ['an OSD is still to be made of one', gone, ['b', 'c'], /does not exist/],
    [
      'another one is blank',
      seen(moved, system, kept, disk('d')),
      ['b', 'd'],
      /is the system disk/,
    ],
    [
      'a labelled one waits for its OSD',
      seen(moved, system, kept, labelled('d', partition('d', osdLabel))),
      ['b', 'd'],
      /is the system disk/,
    ],
    [
      'one with a label of ours is not spoken of',
      seen(moved, system, kept, labelled('d', partition('d', osdLabel))),
      ['b', 'c'],
      /\/dev\/sdd is not among ceph_osd_disks/,
    ],
  ])('are an error where %s', (_, disks, names, sentence) => {
    const asked = names.map((letter) => `/dev/sd${letter}`)
    const known = Object.fromEntries(asked.map((name) => [name, disks.named[name]]))
    const { errors, tables, births } = planDisks({ ...disks, named: known }, wanted(names), fsid)
    expect(errors.join('\n')).toMatch(sentence)
    expect([...tables, ...births]).toEqual([])
  })
})

describe('a disk is left alone and named', () => {
  const foreign = { osdUuid: uuid('b'), role: 'main', fsid: uuid('9'), id: 0, ready: true }
  it.each<[string, ObservedDisk, RegExp]>([
    ['with a file system', disk('b', { content: 'ext4', blank: false }), /is not blank \(ext4\)/],
    [
      'with a table of somebody else',
      disk('b', { blank: false, table: { kind: 'gpt', id: uuid('1') } }),
      /is not blank \(a partition table \(gpt\)\)/,
    ],
    [
      'with partitions of somebody else',
      labelled('b', partition('b', 'home', { content: 'xfs', uses: ['mounted on /home'] })),
      /is not blank \(a partition table \(gpt\); \/dev\/sdb1 'home': xfs, mounted on \/home\)/,
    ],
    ['of LVM', disk('b', { content: 'LVM2_member', blank: false }), /\(LVM2_member\)/],
    [
      'of a RAID',
      disk('b', { content: 'linux_raid_member', uses: ['in use by md0'] }),
      /\(linux_raid_member, in use by md0\)/,
    ],
    ['with bytes of any kind', disk('b', { blank: false }), /\(data that is not recognised\)/],
    [
      'that holds the system',
      labelled('b', partition('b', '', { content: 'ext4', uses: ['mounted on /'] })),
      /is the system disk/,
    ],
    ['that is too small', disk('b', { bytes: gib }), /has 1\.0 GiB, which is too small/],
    ['with the other label', labelled('b', partition('b', journalLabel)), /has the label .*_J/],
    [
      'with our label over something else',
      labelled('b', partition('b', osdLabel, { content: 'ext4', blank: false })),
      /\/dev\/sdb1 has the label .* and is not blank \(ext4\)/,
    ],
    [
      'with an OSD of another cluster',
      labelled(
        'b',
        partition('b', osdLabel, { content: 'ceph_bluestore', bluestore: foreign, blank: false }),
      ),
      /ceph_bluestore of the Ceph cluster 9999/,
    ],
  ])('%s', (_, one, sentence) => {
    const { errors, tables, births } = planDisks(seen(one, disk('c')), wanted(['b', 'c']), fsid)
    expect(errors.join('\n')).toMatch(sentence)
    expect([...tables, ...births]).toEqual([])
  })

  it('that does not exist, is named twice, or is a partition', () => {
    const disks = {
      disks: [disk('b')],
      named: {
        '/dev/sdb': '/dev/sdb',
        '/dev/disk/b': '/dev/sdb',
        '/dev/sdz': undefined,
        '/dev/sdc1': '/dev/sdc1',
      },
    }
    const names = { ceph_osd_disks: Object.keys(disks.named), ceph_journal_disks: [] }
    expect(planDisks(disks, names, fsid).errors).toEqual([
      '/dev/disk/b, of ceph_osd_disks, is the same disk as /dev/sdb: name it once',
      '/dev/sdz, of ceph_osd_disks, does not exist: mend the name, or the cable',
      '/dev/sdc1, of ceph_osd_disks, is a partition: name the whole disk',
    ])
  })

  it('that is named in both lists, by two names', () => {
    const disks = {
      disks: [disk('b')],
      named: { '/dev/sdb': '/dev/sdb', '/dev/disk/b': '/dev/sdb' },
    }
    const names = { ceph_osd_disks: ['/dev/sdb'], ceph_journal_disks: ['/dev/disk/b'] }
    expect(planDisks(disks, names, fsid).errors).toEqual([
      '/dev/disk/b, of ceph_journal_disks, is the same disk as /dev/sdb: name it once',
    ])
  })

  it('that carries a label the inventory does not speak of', () => {
    const disks = {
      disks: [disk('b'), labelled('c', partition('c', osdLabel))],
      named: { '/dev/sdb': '/dev/sdb' },
    }
    expect(planDisks(disks, wanted(['b']), fsid).errors).toEqual([
      `/dev/sdc1 has the label ${osdLabel}, and /dev/sdc is not among ceph_osd_disks: name it there, or remove the label`,
    ])
  })
})
