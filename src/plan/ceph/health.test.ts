import { expect, it } from 'vitest'
import { describeHealth } from './health.js'
import type { CephStatus } from './health.js'

const healthy: CephStatus = {
  health: { status: 'HEALTH_OK', checks: {} },
  quorum_names: ['kolla1', 'kolla2', 'kolla3'],
  osdmap: { num_osds: 6, num_up_osds: 6, num_in_osds: 6 },
  mgrmap: { available: true },
}

it('tells health in a line', () => {
  expect(describeHealth(healthy, 3)).toEqual({
    summary: 'HEALTH_OK: 3 monitors, 6 of 6 OSDs up, 6 in',
    errors: [],
    warnings: [],
  })
})

it("tells what is wrong in Ceph's own words, errors apart from warnings", () => {
  const checks = {
    OSD_DOWN: { severity: 'HEALTH_WARN', summary: { message: '1 osds down' } },
    PG_DAMAGED: { severity: 'HEALTH_ERR', summary: { message: 'Possible data damage' } },
  }
  const status = {
    ...healthy,
    health: { status: 'HEALTH_ERR', checks },
    quorum_names: ['kolla1', 'kolla3'],
    mgrmap: { available: false },
  }
  expect(describeHealth(status, 3)).toMatchObject({
    errors: ['Possible data damage (PG_DAMAGED)'],
    warnings: ['2 of 3 monitors in quorum', 'no manager is active', '1 osds down (OSD_DOWN)'],
  })
})
