import { expect, it } from 'vitest'
import type { ObservedHypervisor } from '../model/observed-host.js'
import { checkCarriers } from './check-carriers.js'
import { planChanges } from './plan-changes.js'
import { desired, observedHost, running } from './testing.js'

const carrying = ['nova_libvirt', 'nova_compute', 'openvswitch_vswitchd']
const names = [...carrying, 'nova_ssh']
const containers = names.map((name) => running(desired({ name })))
const two: ObservedHypervisor = { kvm: true, libvirt: true, machines: 2 }

/** What is said of a host that keeps some containers, by a plan that wants them alone. */
function messages(hypervisor: ObservedHypervisor | undefined, kept: readonly string[] = []) {
  const host = observedHost('kolla1', { containers, ...(hypervisor && { hypervisor }) })
  const wanted = { name: 'kolla1', containers: kept.map((name) => desired({ name })) }
  const findings = checkCarriers(planChanges('demo', [wanted], [host]), [host])
  return findings.map(({ severity, message }) => `${severity}: ${message}`)
}

it('refuses to take what carries machines away from under them', () => {
  expect(messages(two)).toEqual([
    expect.stringMatching(
      /^error: nova_libvirt, nova_compute, openvswitch_vswitchd would be removed, and 2 machines run here: .*drain-compute kolla1/,
    ),
  ])
  expect(messages({ ...two, machines: 1 }, names.slice(0, -2))).toEqual([
    expect.stringContaining('openvswitch_vswitchd would be removed, and 1 machine runs here'),
  ])
})

it('lets go what carries none, and whatever else is on the host', () => {
  expect(messages({ ...two, machines: 0 })).toEqual([])
  expect(messages(two, carrying)).toEqual([])
  // Seen by an older version.
  expect(messages({ kvm: true, libvirt: true })).toEqual([])
  expect(messages(undefined)).toEqual([])
})

it("does not take the machines of a host's own libvirt for ours", () => {
  const vswitchd = [running(desired({ name: 'openvswitch_vswitchd' }))]
  const host = observedHost('kolla1', { containers: vswitchd, hypervisor: two })
  expect(checkCarriers(planChanges('demo', [], [host]), [host])).toEqual([])
})
