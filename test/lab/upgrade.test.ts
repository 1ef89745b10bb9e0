import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Installation } from '../support/installation.js'
import { OpenStack } from '../support/openstack.js'
import { Probe } from '../support/probe.js'
import type { Probed } from '../support/probe.js'
import { ReleasedCloud, next, old } from '../support/releases.js'

/**
 * From 2025.2 to 2026.1, back, and there again, on real images, with data kept and the API answering; looked at from
 * outside. The cloud has Glance with its images in files, besides Keystone. The parts build on each other and run in this
 * order; `long/upgrade-by-hand` has what an operator decides on the way, `long/round-trip` everything and machines.
 */
let released: ReleasedCloud
let installation: Installation
let openstack: OpenStack
let image: string
const content = randomBytes(4 * 2 ** 20)

beforeAll(async () => {
  released = await ReleasedCloud.deploy('with images')
  installation = released.installation
  openstack = await OpenStack.of(installation)
  image = await openstack.createImage('before', content)
})
afterAll(() => released.stop())

/** What the operation printed, and what became of tokens that were asked for meanwhile. */
async function probed(...verb: readonly string[]): Promise<Probed & { readonly summary: string }> {
  const probe = new Probe(() => released.keystone.token())
  const summary = await installation.run(...verb)
  const result = await probe.stop()
  const { answers, failures, longestGap } = result
  console.log(
    `${verb[0]}: ${answers} tokens, ${failures.length} failed, longest gap ${longestGap} ms`,
  )
  return { ...result, summary }
}

describe('an upgrade', () => {
  it('fails no request', async () => {
    const { answers, failures, longestGap } = await probed('upgrade', next)
    expect(failures).toEqual([])
    expect(answers).toBeGreaterThan(200)
    expect(longestGap).toBeLessThan(10_000)
  })

  it('keeps what was there', async () => {
    expect((await installation.attempt('plan')).stderr).toContain('deploy changes no release')
    await released.describeAs(next)
    await released.expectToBe(next, 'before')
    expect(await openstack.imageContent(image)).toEqual(content)
    expect(await installation.run('releases')).toContain('before the upgrade to 2026.1')
  })
})

describe('a rollback', () => {
  it('names the moment to which the data go back, and asks', async () => {
    await released.keystone.createUser('lost')
    const { code, stderr } = await installation.attempt('rollback')
    expect(code).toBe(2)
    expect(stderr).toContain('what was written since is lost')
    expect(stderr).toMatch(/20\d\d-\d\d-\d\dT/)
  })

  it('restores containers and data of the record', async () => {
    const { summary, failures, longestGap } = await probed('rollback', '--confirm')
    expect(summary).toContain('back to 2025.2-')
    await released.describeAs(old)
    await released.expectToBe(old, 'before')
    expect(await openstack.imageContent(image)).toEqual(content)
    expect(await released.keystone.userNames()).not.toContain('lost')
    // While the database is put back there is none to ask; before and afterwards no request fails.
    const times = failures.map((failure) => Date.parse(`1970-01-01T${failure.slice(0, 12)}Z`))
    expect(Math.max(...times) - Math.min(...times)).toBeLessThan(longestGap + 1000)
  })

  it('leads to another upgrade', async () => {
    await released.populate('between')
    expect(await installation.run('upgrade', next, '--batch', '100%')).toContain('28 replaced')
    await released.describeAs(next)
    await released.expectToBe(next, 'before', 'between')
    expect(await openstack.imageContent(image)).toEqual(content)
    await installation.run('check')
  })
})
