import { describe, expect, it } from 'vitest'
import type { ObservedCeph, ObservedDisk } from '../../model/observed-host.js'
import { isSize, osdsOn, whyNotWiped } from './wipe.js'

const gib = 2 ** 30
const partition = (uses: string[]) => ({
  ...{ device: '/dev/sdb1', bytes: gib, uses, label: '', uuid: 'u', content: 'ext4' },
})

function seen(disk: Partial<ObservedDisk> = {}, device = '/dev/sdb'): ObservedCeph {
  const whole = { device, bytes: 12 * gib, uses: [], partitions: [], serial: 'WD 1', ...disk }
  return { disks: [whole], named: { '/dev/sdb': '/dev/sdb', '/dev/sdz': undefined } }
}

const request = { disk: '/dev/sdb', size: '12G' }

describe('a disk is wiped', () => {
  it.each([
    request,
    { disk: '/dev/sdb', serial: 'WD 1' },
    { disk: '/dev/sdb', serial: 'WD 1', size: '12884901888' },
  ])('for who knows it: %j', (given) => {
    expect(whyNotWiped(seen({ partitions: [partition([])] }), given, [])).toEqual([])
  })
})

describe('a disk is not wiped', () => {
  it.each<[string, ObservedCeph, object, RegExp]>([
    ['that does not exist', seen(), { disk: '/dev/sdz' }, /\/dev\/sdz does not exist/],
    ['that is a partition', seen({}, '/dev/sda'), {}, /\/dev\/sdb is a partition/],
    [
      'that holds the system',
      seen({ partitions: [partition(['mounted on /'])] }),
      {},
      /is the system disk/,
    ],
    [
      'that is mounted',
      seen({ partitions: [partition(['mounted on /srv'])] }),
      {},
      /is in use \(\/dev\/sdb1: mounted on \/srv\)/,
    ],
    ['that is of a RAID', seen({ uses: ['in use by md0'] }), {}, /\/dev\/sdb: in use by md0/],
    ['of another size', seen(), { size: '11.9G' }, /the size that was given is not that of/],
    ['of another serial', seen(), { serial: 'WD 2' }, /the serial that was given is not that of/],
    [
      'whose serial is right and whose size is not',
      seen(),
      { serial: 'WD 1', size: '4T' },
      /^the size [^;]*$/,
    ],
  ])('%s', (_, disks, changes, sentence) => {
    const reasons = whyNotWiped(disks, { ...request, ...changes }, [])
    expect(reasons).toHaveLength(1)
    expect(reasons[0]).toMatch(sentence)
    expect(reasons[0]).not.toMatch(/WD 1|12(\.0)? ?G|12884901888/)
  })

  it.each<[Partial<ObservedDisk>, object, RegExp | undefined]>([
    [{}, {}, /of \/dev\/sdc, \/dev\/sdd of this host, too: give its serial/],
    [{ serial: '' }, {}, /too: it tells no serial, so blank it by hand/],
    [{}, { serial: 'WD 1' }, undefined],
    [{}, { serial: 'WD 2' }, /the serial that was given is not that/],
    [{}, { size: '12884901888' }, /of \/dev\/sdc of this host, too/],
  ])('by a size that stands twice on the host: %j, %j', (disk, proof, sentence) => {
    const sizes = {
      ...{ '/dev/sda': 9 * gib, '/dev/sdb': 12 * gib, '/dev/sdc': 12 * gib },
      '/dev/sdd': 12 * gib + 4096,
    }
    const reasons = whyNotWiped({ ...seen(disk), sizes }, { ...request, ...proof }, [])
    expect(reasons).toHaveLength(sentence ? 1 : 0)
    if (sentence) expect(reasons[0]).toMatch(sentence)
  })

  it.each<[object, RegExp]>([
    [
      { serial: 'WD 1' },
      /^the serial that was given is that of \/dev\/sdc, \/dev\/sdd of this host, too: give its size as/,
    ],
    [
      { serial: 'WD 1', size: '12G' },
      /^the serial and size that were given are that of \/dev\/sdc of this host, too: .* by hand$/,
    ],
    [{ serial: 'WD 2' }, /the serial that was given is not that/],
  ])('by a serial that stands twice on the host: %j', (proof, sentence) => {
    const sizes = {
      '/dev/sdb': 12 * gib,
      '/dev/sdc': 12 * gib,
      '/dev/sdd': 9 * gib,
      '/dev/sde': 12 * gib,
    }
    const serials = { '/dev/sdb': 'WD 1', '/dev/sdc': 'WD 1', '/dev/sdd': 'WD 1', '/dev/sde': '' }
    const reasons = whyNotWiped({ ...seen(), sizes, serials }, { disk: '/dev/sdb', ...proof }, [])
    expect(reasons).toHaveLength(1)
    expect(reasons[0]).toMatch(sentence)
  })

  it('but by a serial that is no other one of this size', () => {
    const sizes = { '/dev/sdb': 12 * gib, '/dev/sdc': 9 * gib, '/dev/sdd': 12 * gib }
    const serials = { '/dev/sdb': 'WD 1', '/dev/sdc': 'WD 1', '/dev/sdd': '' }
    const disks = { ...seen(), sizes, serials }
    expect(whyNotWiped(disks, { ...request, serial: 'WD 1' }, [])).toEqual([])
  })

  it('that a process has open', () => {
    expect(whyNotWiped(seen(), request, [{ pid: 7, name: 'ceph-osd' }])).toEqual([
      '/dev/sdb is in use (open in ceph-osd (process 7)): end that first',
    ])
  })
})

it.each<[string, number, boolean]>([
  ['12884901888', 12 * gib, true],
  ['12884901887', 12 * gib, false],
  ['12G', 12 * gib, true],
  ['12.0 GiB', 12 * gib, true],
  ['12g', 12 * gib - 1024 ** 2, true],
  ['12G', 11.9 * gib, false],
  ['4TB', 4_000_787_030_016, true],
  ['3.6T', 4_000_787_030_016, true],
  ['4T', 4_000_787_030_016, false],
  ['12', 12 * gib, false],
  ['twelve', 12 * gib, false],
])('%s is the size of %d bytes: %s', (text, bytes, is) => {
  expect(isSize(text, bytes)).toBe(is)
})

it('knows the OSDs of a disk, journals too, each once', () => {
  const of = (osdUuid: string, role: string) => ({
    ...partition([]),
    bluestore: { osdUuid, role, ready: false },
  })
  const partitions = [of('a', 'bluefs db'), of('b', 'bluefs db'), of('a', 'main'), partition([])]
  const [disk] = seen({ partitions }).disks
  expect(disk && osdsOn(disk)).toEqual(['a', 'b'])
})
