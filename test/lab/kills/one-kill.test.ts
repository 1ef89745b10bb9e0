import { afterAll, beforeAll, expect, it } from 'vitest'
import { cloud } from '../../support/installation.js'
import { killAtEveryStep, verbsOf } from '../../support/mortal-worker.js'
import { ReleasedCloud, next } from '../../support/releases.js'

/** For each kind of step of an upgrade and of a rollback, one run in whose middle of it the worker is killed, once. */
let released: ReleasedCloud
beforeAll(async () => {
  released = await ReleasedCloud.deploy()
})
afterAll(() => released.stop())

const operations = [
  ['upgrade', { cloud, release: next, batch: '100%' }],
  ['rollback', { cloud, confirm: true }],
] as const

/** Steps that were over before the kill. */
const spared: string[] = []

/** Runs an operation, with a kill in a step of that verb if there is one. Returns the verbs of its steps. */
async function run([name, input]: (typeof operations)[number], kill?: string): Promise<string[]> {
  const operation = await released.client.start(name, input)
  if (kill !== undefined) {
    const killed = await killAtEveryStep(released.installation, operation.workflowId, kill)
    if (!killed.has(kill)) spared.push(`${kill} of ${name}`)
  }
  await operation.result()
  return verbsOf(operation)
}

it(
  'one kill, whatever the step, leaves the end of an upgrade and of a rollback the same',
  { timeout: 7_200_000 },
  async () => {
    const [upgrade, rollback] = operations
    const upgradeVerbs = await run(upgrade)
    const upgraded = await released.state()
    const rollbackVerbs = await run(rollback)
    const back = await released.state()
    for (let index = 0; index < Math.max(upgradeVerbs.length, rollbackVerbs.length); index++) {
      await run(upgrade, upgradeVerbs[index])
      expect(await released.state(), `after a kill in ${upgradeVerbs[index]}`).toEqual(upgraded)
      await run(rollback, rollbackVerbs[index])
      expect(await released.state(), `after a kill in ${rollbackVerbs[index]}`).toEqual(back)
      console.log(`the same after a kill in ${upgradeVerbs[index]} and in ${rollbackVerbs[index]}`)
    }
    expect(spared).toEqual([])
    expect(await released.keystone.userNames()).toContain('before')
  },
)
