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
