import { expect, it } from 'vitest'
import { poolsDigest } from '../../catalog/ceph/pools.js'
import { testCloud } from '../../catalog/testing/cloud.js'
import type { ObservedContainer } from '../../model/observed-host.js'
import { desired, observedHost, running } from '../testing.js'
import { planCeph } from './plan-ceph.js'

const cloud = testCloud({ globals: { enable_ceph: true } })

/** What is planned for the pools when the first monitor's host notes this about them. */
function planned(pools?: string) {
  const monitor = { made: true, joined: true, keys: 'complete' as const, ...(pools && { pools }) }
  const first = observedHost('kolla1', { ceph: { named: {}, disks: [], monitor } })
  return planCeph(cloud, [first]).changes.filter(({ container }) => container === 'pools')
}

it('pools are made where a deploy died before, and where other ones are wanted', () => {
  const [change] = planned()
  expect(change).toMatchObject({ host: 'kolla1', service: 'ceph-mon', action: 'bootstrap' })
  expect(change?.reasons).toEqual(['images, volumes, backups, vms and their accounts'])
  expect(planned('of another day')).toHaveLength(1)
})

it('pools that were made are left alone', () => {
  expect(planned(poolsDigest(cloud.globals))).toEqual([])
})

it('the name of a disk that has died is a warning as long as its OSD is not removed', () => {
  const wanted = testCloud({ globals: { enable_ceph: true, ceph_osd_disks: ['/dev/sdb'] } })
  const osd = running(desired({ name: 'ceph_osd_0', service: 'ceph-osd' }))
  const severity = (...containers: ObservedContainer[]) => {
    const ceph = { named: { '/dev/sdb': undefined }, disks: [] }
    const { findings } = planCeph(wanted, [observedHost('kolla1', { ceph, containers })])
    return findings.find(({ message }) => message.includes('does not exist'))?.severity
  }
  expect(severity(osd)).toBe('warning')
  expect(severity()).toBe('error')
})

it.each([
  [
    1,
    '',
    'error: Ceph keeps 3 copies of all data, each on another host, and only one host has disks for it, so it would take no data',
  ],
  [
    2,
    '',
    'warning: Ceph keeps 3 copies of all data, each on another host, and only 2 hosts have disks for it, so it takes no data once a host is away',
  ],
  [3, '', undefined],
  [2, 'osd_pool_default_size = 2', undefined],
  [1, 'osd pool default size: 1', undefined],
  [1, "osd pool default size = {{ groups['ceph-osd'] | length }}", undefined],
  [1, 'osd pool default size = 1', undefined],
  [1, 'osd crush chooseleaf type = 0', undefined],
])('a cluster that begins on %i hosts, with "%s": %s', (number, conf, sentence) => {
  const overrides = [{ path: 'ceph.conf', text: `[global]\n${conf}\n` }]
  const disks = { enable_ceph: true, ceph_osd_disks: ['/dev/sdb'] }
  const disk = { device: '/dev/sdb', bytes: 2 ** 34, uses: [], blank: true, partitions: [] }
  const ceph = { named: { '/dev/sdb': '/dev/sdb' }, disks: [disk] }
  const hosts = ['kolla1', 'kolla2', 'kolla3'].slice(0, number)
  const seen = hosts.map((host) => observedHost(host, { ceph }))
  const { findings } = planCeph(testCloud({ globals: disks, overrides }), seen)
  const [told] = findings.filter(({ message }) => message.includes('copies'))
  expect(told && `${told.severity}: ${told.message.split(':')[0] ?? ''}`).toBe(sentence)
})
