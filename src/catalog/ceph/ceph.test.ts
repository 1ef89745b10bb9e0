import { describe, expect, it } from 'vitest'
import { renderHost, socketsOf } from '../render.js'
import { testCloud, testFacts } from '../testing/cloud.js'
import { contextOf } from '../host-view.js'
import { makeMonitor, makeOsd } from './one-shot.js'

const globals = { enable_ceph: true, enable_ceph_rgw: true, storage_interface: 'eth1' }
const osd = { id: 4, uuid: 'a32a51c2-e61a-449a-b706-22dc9e2d1e0f', journal: 'AAAA-01' }
const facts = testFacts.map((host) => (host.name === 'kolla2' ? { ...host, osds: [osd] } : host))

function files(container: string, overrides: { path: string; text: string }[] = []) {
  const cloud = testCloud({ globals, overrides })
  const found = renderHost(cloud, facts, 'kolla2').find(({ name }) => name === container)
  return (path: string) => found?.files.find((file) => file.path === path)?.content ?? ''
}

describe('Ceph', () => {
  const containers = renderHost(testCloud({ globals }), facts, 'kolla2').filter(({ service }) =>
    service.startsWith('ceph-'),
  )

  it("runs kolla-ansible's containers, and one for each OSD that the host's disks hold", () => {
    const names = containers.map(({ name }) => name)
    expect(names).toEqual(['ceph_mon', 'ceph_mgr', 'ceph_osd_4', 'ceph_rgw'])
    const bare = renderHost(testCloud({ globals }), testFacts, 'kolla2').map(({ name }) => name)
    expect(bare.filter((name) => name.startsWith('ceph_osd'))).toEqual([])
  })

  it('places files that are there', () => {
    for (const { files: own } of containers) {
      const { config_files: placed } = JSON.parse(own[0]?.content ?? '') as {
        config_files: { source: string }[]
      }
      const names = placed.map(({ source }) => source.replace('/var/lib/kolla/config_files/', ''))
      expect(own.map(({ path }) => path).sort()).toEqual(['config.json', ...names].sort())
    }
  })

  it('has its monitors on the storage network, with one fsid for ever', () => {
    const conf = files('ceph_mon')('ceph.conf')
    expect(conf).toContain('fsid = 11111111-1111-4111-8111-111111111111\n')
    expect(conf).toContain('mon initial members = kolla1, kolla2, kolla3\n')
    expect(conf).toContain('[v2:10.10.9.102:3300,v1:10.10.9.102:6789]')
    expect(conf).toContain('public addr = 10.10.9.102\n')
    const sockets = socketsOf(testCloud({ globals }), facts, 'kolla2')
    expect(sockets).toContainEqual({ container: 'ceph_mon', address: '10.10.9.102', port: 3300 })
  })

  it("merges the operator's ceph.conf, and takes a single copy for what he wants", () => {
    const text = '[global]\nosd pool default size = 1\n[osd]\nosd max backfills = 2\n'
    const conf = files('ceph_osd_4', [{ path: 'ceph.conf', text }])('ceph.conf')
    expect(conf).toContain('osd pool default size = 1\n')
    expect(conf).toContain('mon allow pool size one = true\n')
    expect(conf).toContain('[osd]\nosd max backfills = 2\n')
    expect(files('ceph_osd_4')('ceph.conf')).not.toContain('pool size one')
  })

  it('finds an OSD by the identity of its partitions', () => {
    const script = files('ceph_osd_4')('start_osd.sh')
    expect(script).toContain(
      '/dev/disk/by-partuuid/a32a51c2-e61a-449a-b706-22dc9e2d1e0f "$folder/block"',
    )
    expect(script).toContain('/dev/disk/by-partuuid/aaaa-01 "$folder/block.db"')
    expect(script).not.toMatch(/\/dev\/(sd|loop)/)
  })

  it('gives its gateways the way to Keystone, and HAProxy the gateways', () => {
    const conf = files('ceph_rgw')('ceph.conf')
    expect(conf).toContain(
      '[client.rgw.kolla2]\nrgw frontends = beast endpoint=192.168.8.71:6780\n',
    )
    expect(conf).toContain('rgw keystone admin password = rgw=secret\n')
    expect(files('ceph_mon')('ceph.conf')).not.toContain('secret')
    const frontend = files('haproxy')('services.d/ceph_rgw_internal.cfg')
    expect(frontend).toContain('bind 192.168.8.75:6780')
    expect(frontend).toContain('server kolla3 192.168.8.72:6780')
  })

  it('makes a monitor whole or not at all, from the map of all', () => {
    const command = makeMonitor(contextOf(testCloud({ globals }), facts, 'kolla2'))
    expect(command.slice(3, 6)).toEqual(['bash', 'kolla2', '11111111-1111-4111-8111-111111111111'])
    expect(command.filter((word) => word === '--addv')).toHaveLength(3)
    expect(command[2]?.trim().split('\n').at(-1)).toBe('mv -T mon/.making "mon/ceph-$name"')
  })

  it('wipes the beginning of a half-made OSD and of no other', () => {
    expect(makeOsd(osd, false).join('\n')).not.toContain('/dev/zero')
    expect(
      makeOsd(osd, true)
        .join('\n')
        .match(/of="\$folder\/block(\.db)?"/g),
    ).toEqual(['of="$folder/block"', 'of="$folder/block.db"'])
  })
})
