import type { ApplicationFailure } from '@temporalio/client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createActivities } from '../../activities/index.js'
import { changesOf, fakeActivities, planned } from '../support/fake-activities.js'
import { WorkflowEnvironment } from '../support/workflow-environment.js'

const cloud = 'demo'
let environment: WorkflowEnvironment
beforeAll(async () => {
  environment = await WorkflowEnvironment.start()
})
afterAll(() => environment.stop())

/** Fakes whose pull waits to be released; who holds a lock is asked of the server as in production. */
function blockedActivities() {
  let release = () => {}
  const released = new Promise<void>((resolve) => {
    release = resolve
  })
  const { client } = environment
  const real = createActivities({ client } as Parameters<typeof createActivities>[0])
  const pulls = [{ host: 'kolla1', images: ['cron'] }]
  const { activities, calls } = fakeActivities({
    lockHolder: (id: string) => real.lockHolder(id),
    planCloud: () => planned(changesOf('create', ['cron']), { pulls }),
    pullImages: () => released,
  })
  const pulling = async () => {
    while (!calls.some((call) => call.verb === 'pullImages')) {
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }
  return { activities, release, pulling }
}

describe('one operation per cloud', () => {
  it('refuses a second one, whatever its id, and names the first', async () => {
    const { activities, release, pulling } = blockedActivities()
    await environment.withWorker(activities, async (runs) => {
      const first = await runs.start('deploy', { cloud }, 'first-deploy')
      await pulling()
      const second = await runs.start('prepareHosts', { cloud })
      const error: unknown = await second.result().catch((failure: unknown) => failure)
      const { cause } = error as { cause: ApplicationFailure }
      expect(cause.type).toBe('CloudBusy')
      expect(cause.message).toContain('first-deploy is running on demo')
      release()
      await first.result()
    })
  })

  it('lets the next one begin as soon as one has ended', async () => {
    const { activities } = fakeActivities({ planCloud: () => planned([]) })
    await environment.withWorker(activities, async (runs) => {
      for (let round = 0; round < 5; round++) await runs.execute('deploy', { cloud })
    })
  })

  it('frees a cloud whose operation was terminated', async () => {
    const { activities, release, pulling } = blockedActivities()
    await environment.withWorker(activities, async (runs) => {
      const first = await runs.start('deploy', { cloud }, 'doomed')
      await pulling()
      await first.terminate('by the test')
      release()
      await runs.execute('postDeploy', { cloud })
    })
  })

  it('keeps the lock of a cancelled operation until its steps have ended, and is cancelled then', async () => {
    const { activities, release, pulling } = blockedActivities()
    await environment.withWorker(activities, async (runs) => {
      const first = await runs.start('deploy', { cloud }, 'cancelled')
      await pulling()
      await first.cancel()
      const second = await runs.start('postDeploy', { cloud })
      const error: unknown = await second.result().catch((failure: unknown) => failure)
      expect((error as { cause: ApplicationFailure }).cause.type).toBe('CloudBusy')
      release()
      const end: unknown = await first.result().catch((failure: unknown) => failure)
      expect((end as { cause: Error }).cause.name).toBe('CancelledFailure')
      await runs.execute('postDeploy', { cloud })
    })
  })

  it('lets operations that only look pass', async () => {
    const { activities, release, pulling } = blockedActivities()
    await environment.withWorker(activities, async (runs) => {
      const first = await runs.start('deploy', { cloud })
      await pulling()
      const { changes } = await runs.execute('plan', { cloud })
      expect(changes).toHaveLength(3)
      release()
      await first.result()
    })
  })
})
