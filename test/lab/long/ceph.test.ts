import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Installation } from '../../support/installation.js'
import { eventually, hosts, lab, onHost, onHosts } from '../../support/lab.js'
import { ceph, cephJson, enableCeph, s3Object } from '../../support/ceph.js'
import { containersOn } from '../../support/outside.js'

/** Ceph from blank disks, looked at from outside. The parts build on each other and run in this order. */
let installation: Installation
beforeAll(async () => {
  installation = await Installation.start()
  await enableCeph(installation)
  await Promise.all(hosts.map((host) => lab('reset', host)))
  await installation.run('bootstrap-servers')
  await installation.run('build')
  await installation.run('pull')
})
afterAll(() => installation.stop())

interface Status {
  health: { status: string; checks: object }
  quorum_names: string[]
  osdmap: { num_osds: number; num_up_osds: number; num_in_osds: number }
}
const status = () => cephJson<Status>('kolla1', 'status')

describe('bad input', () => {
  async function refused(): Promise<string> {
    const { code, stderr } = await installation.attempt('deploy')
    expect(code, stderr).toBe(2)
    return stderr
  }

  it('a disk with a file system on it is named and left alone', async () => {
    await onHost(
      'kolla2',
      'mkfs.ext4 -q /dev/sdc && mount /dev/sdc /mnt && echo precious >/mnt/file && umount /mnt',
    )
    expect(await refused()).toMatch(
      /kolla2: error: \/dev\/sdc, of ceph_osd_disks, is not blank \(ext4\)/,
    )
    expect(await onHost('kolla2', 'mount /dev/sdc /mnt && cat /mnt/file; umount /mnt')).toBe(
      'precious',
    )
  })

  it('it is wiped only for who knows its size, and only when nobody uses it', async () => {
    const wipe = (...proof: string[]) =>
      installation.attempt('wipe-disk', 'kolla2', '/dev/sdc', ...proof)
    const wipeJournal = (...proof: string[]) =>
      installation.attempt('wipe-disk', 'kolla2', '/dev/sdd', ...proof)
    const kept = (disk: string) =>
      onHost('kolla2', `mount ${disk} /mnt && cat /mnt/file; umount /mnt`)
    await onHost(
      'kolla2',
      'mkfs.ext4 -q /dev/sdd && mount /dev/sdd /mnt && echo precious >/mnt/file && umount /mnt',
    )
    expect(await wipe()).toMatchObject({ code: 2 })
    expect(await wipe('--serial', 'WD 1')).toMatchObject({ code: 2 })
    const { code, stderr } = await wipe('--size', '11.9G')
    expect(code).toBe(2)
    expect(stderr).toMatch(
      /kolla2: error: the size that was given is not that of \/dev\/sdc: look at the disk itself/,
    )
    // Of two equal disks without a serial, nobody can show which one he means.
    const equal = await wipe('--size', '12G')
    expect(equal.code).toBe(2)
    expect(equal.stderr).toMatch(/is that of \/dev\/\w+ of this host, too: it tells no serial/)
    expect(await kept('/dev/sdc')).toBe('precious')
    await onHost('kolla2', 'mount /dev/sdd /mnt')
    expect((await wipeJournal('--size', '6G')).stderr).toMatch(
      /\/dev\/sdd is in use .*mounted on \/mnt/,
    )
    await onHost('kolla2', 'umount /mnt')
    expect(await kept('/dev/sdd')).toBe('precious')
    expect((await wipeJournal('--size', '6G')).stdout).toContain(
      '/dev/sdd of kolla2 is blank; on it was: ext4',
    )
    expect(
      await onHost('kolla2', 'blkid --probe /dev/sdd || cmp -n 4194304 /dev/sdd /dev/zero'),
    ).toBe('')
    await onHost('kolla2', 'blkdiscard --zeroout /dev/sdc')
  })

  it('a disk that does not exist, and a storage network that is cut, are told before anything is written', async () => {
    const undo = await installation.edit('multinode', "'/dev/sdc'", "'/dev/sdx'")
    expect(await refused()).toMatch(/kolla3: error: \/dev\/sdx, of ceph_osd_disks, does not exist/)
    await undo()
    await lab('cut', 'kolla3', 'storage')
    try {
      expect(await refused()).toMatch(
        /kolla1: error: does not reach kolla3 \(10\.10\.9\.103\) on the storage network/,
      )
    } finally {
      await lab('restore', 'kolla3', 'storage')
    }
    for (const labels of await onHosts('lsblk --noheadings --output PARTLABEL'))
      expect(labels.trim()).toBe('')
  })
})

describe('a deploy', () => {
  it('shows in its plan what becomes of each disk', async () => {
    const plan = await installation.run('plan')
    expect(
      plan.match(/ceph-osd +\/dev\/sd[bc] +label +KOLLA_CEPH_OSD_BOOTSTRAP, blank, 12\.0 GiB/g),
    ).toHaveLength(6)
    expect(plan.match(/ceph-osd +\/dev\/sdd +label +2 × KOLLA_CEPH_OSD_BOOTSTRAP_J/g)).toHaveLength(
      3,
    )
    expect(plan.match(/bootstrap +new OSD, journal on \/dev\/sdd/g)).toHaveLength(6)
  })

  it('makes a healthy cluster of three monitors and six OSDs', async () => {
    await installation.run('deploy')
    const { health, quorum_names: quorum, osdmap } = await status()
    expect(health, JSON.stringify(health)).toMatchObject({ status: 'HEALTH_OK', checks: {} })
    expect(quorum).toEqual([...hosts])
    expect(osdmap).toMatchObject({ num_osds: 6, num_up_osds: 6, num_in_osds: 6 })
  })

  it('puts journals on the third disk', async () => {
    const metadata = await cephJson<Record<string, string>[]>('kolla2', 'osd metadata')
    const names = await onHosts('basename "$(readlink -f /dev/sdd)"')
    const third = Object.fromEntries(hosts.map((host, index) => [host, names[index]]))
    const shared = metadata.map(
      ({ hostname = '', bluefs_db_devices: db }) => db === third[hostname],
    )
    expect(shared).toEqual([true, true, true, true, true, true])
    const sizes = metadata.map(({ bluefs_db_size: size }) => Number(size))
    expect(new Set(sizes).size).toBe(1)
  })

  it('takes and gives objects by S3 through the floating address, for a user of Keystone', async () => {
    await installation.run('post-deploy')
    const object = await s3Object(installation)
    await object.put('an object')
    expect(await object.get()).toBe('an object')
  })

  it("gives OpenStack's services pools and accounts of their own", async () => {
    const pools = await cephJson<{ pool_name: string; application_metadata: object }[]>(
      'kolla1',
      'osd pool ls detail',
    )
    for (const name of ['images', 'volumes', 'backups', 'vms']) {
      expect(pools).toContainEqual(
        expect.objectContaining({ pool_name: name, application_metadata: { rbd: {} } }),
      )
    }
    const glance = await ceph('kolla1', 'auth get client.glance')
    expect(glance).toContain('osd = "profile rbd pool=images"')
  })

  it('is all there is to do', async () => {
    expect(await installation.run('plan')).toContain('Nothing to change')
    const before = await containersOn(hosts)
    await installation.run('deploy')
    expect(await containersOn(hosts)).toEqual(before)
    expect(await installation.run('check')).toContain('Every service does its work')
  })

  it('leaves no key of the cluster in history or logs', async () => {
    const keys = (await ceph('kolla1', 'auth ls')).match(/key: (\S+)/g) ?? []
    expect(keys.length).toBeGreaterThan(12)
    const seen = (await installation.histories()) + (await installation.logs())
    for (const key of keys) expect(seen.includes(key.replace('key: ', ''))).toBe(false)
  })
})

describe('an object', () => {
  it('is there after each host in turn was off and on', async () => {
    await onHost('kolla1', 'echo kept >/root/object; docker cp /root/object ceph_mon:/tmp/object')
    await onHost('kolla1', 'docker exec ceph_mon rados --pool images put object /tmp/object')
    for (const host of hosts) {
      await lab('poweroff', host)
      const other = host === 'kolla1' ? 'kolla2' : 'kolla1'
      const read = 'timeout 60 docker exec ceph_mon rados --pool images get object -'
      await eventually(
        () => onHost(other, read),
        (text) => text === 'kept',
        180,
      )
      await lab('poweron', host)
      await eventually(status, ({ osdmap }) => osdmap.num_up_osds === 6, 300)
    }
    await eventually(status, ({ health }) => health.status === 'HEALTH_OK', 300)
    expect(await installation.run('plan')).toContain('Nothing to change')
  })
})

describe('an OSD that is removed', () => {
  it('is drained first, and its disk becomes a new one with the next deploy', async () => {
    const device = async () =>
      (await cephJson<Record<string, string>>('kolla2', 'osd metadata 5'))['bluestore_bdev_devices']
    const before = await device()
    expect(await installation.run('remove-osd', '5')).toContain('osd.5 is gone from')
    expect(await cephJson<number[]>('kolla1', 'osd ls')).toEqual([0, 1, 2, 3, 4])
    const kept = await onHost('kolla1', 'docker exec ceph_mon rados --pool images get object -')
    expect(kept).toBe('kept')
    const plan = await installation.run('plan')
    expect(plan).toMatch(
      /ceph-osd +\/dev\/loop\d+p1 +bootstrap +new OSD, journal on \/dev\/loop\d+p[12]/,
    )
    await installation.run('deploy')
    expect(await device()).toBe(before)
    await eventually(status, ({ health }) => health.status === 'HEALTH_OK', 180)
  })

  it('must be one that there is', async () => {
    const { code, stderr } = await installation.attempt('remove-osd', '17')
    expect(code).toBe(2)
    expect(stderr).toContain('there is no osd.17: the OSDs are 0, 1, 2, 3, 4, 5')
  })
})
