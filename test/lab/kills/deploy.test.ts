import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { deployWhole } from '../../support/deploy-whole.js'
import type { Installation } from '../../support/installation.js'
import { Machine } from '../../support/machine.js'
import {
  deployKilledEverywhere,
  deployOpenStackKilledEverywhere,
} from '../../support/killed-everywhere.js'
import { OpenStack } from '../../support/openstack.js'
import { Ping } from '../../support/ping.js'
import { machineProcesses } from '../../support/whole-cloud.js'

/** Deploys in whose middle the worker is killed, once, in each kind of step: of what carries machines, and of a cloud that does. */
let installation: Installation
beforeAll(async () => {
  installation = await deployWhole()
})
afterAll(() => installation.stop())

describe('one kill, whatever the step', { timeout: 14_400_000 }, () => {
  it('of what carries machines, leaves the same cloud: one cell, each compute discovered once', () =>
    // Placement besides: it knows the computes of before by their names.
    deployOpenStackKilledEverywhere(installation, ['placement', 'openvswitch', 'neutron', 'nova']))

  it('while what carries machines is given other options, leaves a machine as it runs', async () => {
    await installation.run('init-runonce')
    const openstack = await OpenStack.of(installation)
    const guest = { image: 'guest', network: 'demo-net', flavor: 'm1.nano' }
    const machine = await Machine.boot(openstack, 'untouched', guest)
    await machine.says(/guest ready/)
    const ping = new Ping(await machine.giveFloatingAddress('public1'))
    const before = await machineProcesses()
    let count = 0
    await deployKilledEverywhere(
      installation,
      async () => {
        count++
        const option = `[DEFAULT]\nrpc_response_timeout = ${60 + count}\n`
        await installation.write('config/nova.conf', option)
        await installation.write('config/neutron.conf', option)
        const memory = `openvswitch_vswitchd_dimensions: { mem_reservation: ${64 + count}m }\n`
        await installation.write('globals.d/openvswitch.yml', memory)
      },
      async (when) => expect(await machineProcesses(), when).toEqual(before),
    )
    const { longestGap } = await ping.stop()
    expect(longestGap).toBeLessThan(30_000)
  })
})
