import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { next } from '../../support/releases.js'
import { deployWithUsers, expectUndisturbed } from '../../support/users.js'
import type { Inhabited } from '../../support/users.js'
import { expectWhole, machineProcesses } from '../../support/whole-cloud.js'

/** The whole cloud on its way from 2025.2 to 2026.1 with machines elsewhere while their host is at work, and its users, too. */
let inhabited: Inhabited
beforeAll(async () => {
  inhabited = await deployWithUsers()
})
afterAll(() => inhabited.released.stop())

/** The machine of a process, as libvirt names it. */
const nameOf = (machine: string) => machine.split(' ').at(-1)

describe('an upgrade of a cloud with users', () => {
  it(
    'moves machines away from each host before it is at work there',
    { timeout: 7_200_000 },
    async () => {
      const { released, cloud, users, inventory } = inhabited
      const [before, machines] = [await inventory(), await machineProcesses()]
      const seen = await users.whileAtWork('upgrade', next, '--evacuate')
      expect(seen.outcome).toMatchObject({ code: 0 })
      expect(seen.outcome.stderr).not.toMatch(/stayed|no machine was moved/)
      await released.describeAs(next)
      await expectWhole(released, cloud, next)
      expect(await inventory()).toEqual(before)
      // Each has moved, so it is another process, and there is no second one.
      const after = await machineProcesses()
      expect(after.map(nameOf).sort()).toEqual(machines.map(nameOf).sort())
      expect(after.filter((machine) => machines.includes(machine))).toEqual([])
      expectUndisturbed(seen)
    },
  )
})
