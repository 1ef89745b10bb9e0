import { describe, expect, it } from 'vitest'
import { finishedOsds } from '../../plan/ceph/osds.js'
import { parseCeph } from './ceph.js'
import { splitSections } from './script.js'

const fsid = 'cbae35a4-ba9d-4de6-a21d-1672719c44be'
const osd = 'a32a51c2-e61a-449a-b706-22dc9e2d1e0f'
const journal = '301c539e-6162-1644-8128-8238729b831e'

/** As lab hosts print it. */
const seen = `@@ ceph-disks
whole=/dev/loop101 12884901888 
whole=/dev/loop102 12884901888 WD 1
named=/dev/sdb /dev/loop101
named=/dev/sdc /dev/loop102
named=/dev/sdz 
device=/dev/loop102
parent=
bytes=12884901888
serial=WD 1
use=mounted on /srv/my disk
TYPE=ext4
device=/dev/loop101
parent=
bytes=12884901888
serial=
PTUUID=4b4f4c4c-4143-4550-4800-0123456789ab
PTTYPE=gpt
blank=no
device=/dev/loop101p10
parent=/dev/loop101
bytes=3220176896
serial=
TYPE=ceph_bluestore
PART_ENTRY_NAME=KOLLA_CEPH_OSD_BOOTSTRAP_J
PART_ENTRY_UUID=${journal}
bluestore=${osd}
role=bluefs db
device=/dev/loop101p2
parent=/dev/loop101
bytes=12882804736
serial=
TYPE=ceph_bluestore
PART_ENTRY_NAME=KOLLA_CEPH_OSD_BOOTSTRAP
PART_ENTRY_UUID=${osd}
bluestore=${osd}
role=main
ceph_fsid=${fsid}
ready=ready
whoami=4
@@ ceph-monitor
keys=complete
made=${fsid}
joined=yes
pools=c0ffee
`

describe('what a host shows of Ceph', () => {
  const ceph = parseCeph(splitSections(seen))

  it('is disks with what is on them, by their kernel names', () => {
    expect(ceph.named).toEqual({
      '/dev/sdb': '/dev/loop101',
      '/dev/sdc': '/dev/loop102',
      '/dev/sdz': undefined,
    })
    expect(ceph.disks.map(({ device }) => device)).toEqual(['/dev/loop101', '/dev/loop102'])
    expect(ceph.disks[0]).toMatchObject({
      bytes: 12884901888,
      table: { kind: 'gpt', id: '4b4f4c4c-4143-4550-4800-0123456789ab' },
      blank: false,
      uses: [],
    })
    expect(ceph.disks[0]?.partitions.map(({ device }) => device)).toEqual([
      '/dev/loop101p2',
      '/dev/loop101p10',
    ])
    expect(ceph.disks[1]).toMatchObject({
      serial: 'WD 1',
      content: 'ext4',
      uses: ['mounted on /srv/my disk'],
    })
  })

  it('is sizes and serials of all whole disks', () => {
    const size = 12884901888
    expect(ceph.sizes).toEqual({ '/dev/loop101': size, '/dev/loop102': size })
    expect(ceph.serials).toEqual({ '/dev/loop101': '', '/dev/loop102': 'WD 1' })
  })

  it('is the programs that it lacks for labelling', () => {
    expect(ceph).not.toHaveProperty('missing')
    const bare = parseCeph(splitSections('@@ ceph-disks\nmissing=sfdisk\n'))
    expect(bare).toEqual({ missing: ['sfdisk'], named: {}, sizes: {}, serials: {}, disks: [] })
  })

  it('is finished OSDs with their journals, of this cluster alone', () => {
    expect(finishedOsds(ceph, fsid)).toEqual([{ id: 4, uuid: osd, journal }])
    expect(finishedOsds(ceph, journal)).toEqual([])
  })

  it('is a monitor', () => {
    expect(ceph.monitor).toEqual({
      made: true,
      fsid,
      joined: true,
      keys: 'complete',
      pools: 'c0ffee',
    })
    const bare = '@@ ceph-monitor\nkeys=broken\n'
    expect(parseCeph(splitSections(bare)).monitor).toEqual({
      made: false,
      joined: false,
      keys: 'broken',
    })
    const foreign = '@@ ceph-monitor\nkeys=none\nmade=\n'
    expect(parseCeph(splitSections(foreign)).monitor).toMatchObject({ made: true })
  })

  it('is nothing that a disk only claims, and no device but by its name', () => {
    const claimed = seen
      .replace(`bluestore=${osd}\nrole=main`, 'bluestore=$(id)\nrole=main')
      .replace(`PART_ENTRY_UUID=${osd}`, 'PART_ENTRY_UUID=a;id')
      .replace('whoami=4', 'whoami=4;id')
    const [disk] = parseCeph(splitSections(claimed)).disks
    expect(disk?.partitions[0]).toMatchObject({ uuid: '', bluestore: { osdUuid: 'unreadable' } })
    expect(disk?.partitions[0]?.bluestore).not.toHaveProperty('id')
    const named = '@@ ceph-disks\nnamed=/dev/sdb /dev/sdb;id\n'
    expect(() => parseCeph(splitSections(named))).toThrow()
    const monitor = parseCeph(splitSections('@@ ceph-monitor\nmade=$(id)\n')).monitor
    expect(monitor).toMatchObject({ made: true, fsid: 'unreadable' })
  })
})
