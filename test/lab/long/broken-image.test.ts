import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { derive } from '../../support/registry.js'
import { next, old, tagOf } from '../../support/releases.js'
import { deployWithUsers } from '../../support/users.js'
import type { Inhabited } from '../../support/users.js'
import { expectWhole, machineProcesses } from '../../support/whole-cloud.js'

/** The whole cloud on its way from 2025.2 to 2026.1 with a broken image of Nova, while machines run on it and its users work. */
let inhabited: Inhabited
beforeAll(async () => {
  inhabited = await deployWithUsers()
})
afterAll(() => inhabited.released.stop())

describe('an upgrade of a cloud with users', () => {
  it(
    'is stopped by a broken image of Nova at the first host, and taken back',
    { timeout: 7_200_000 },
    async () => {
      const { released, cloud, users, inventory } = inhabited
      const { installation } = released
      const from = tagOf(next)
      const broken = '2026.1-broken'
      const breakage = ['USER root', 'RUN rm "$(command -v nova-compute)"', 'USER nova']
      await derive({ image: 'nova-compute', tag: broken, from }, ...breakage)
      const put = await installation.edit('globals.yml', /$/, `nova_compute_tag: "${broken}"\n`)
      const [things, before] = [await inventory(), await machineProcesses()]
      const { outcome, held } = await users.whileAtWork('upgrade', next, '--on-failure', 'rollback')
      await put()
      expect(outcome.code).toBe(1)
      expect(outcome.stderr).toContain('failed and was rolled back')
      expect(outcome.stderr).toContain('nova-cell on kolla')
      expect(held.ended).toBeUndefined()
      expect(await machineProcesses()).toEqual(before)
      // As it says: Ceph stays at its new major release.
      expect(outcome.stderr).toContain(`ceph_tag: "${tagOf(next)}"`)
      await installation.edit('globals.yml', /$/, `ceph_tag: "${tagOf(next)}"\n`)
      await expectWhole(released, cloud, old)
      expect(await inventory()).toEqual(things)
    },
  )
})
