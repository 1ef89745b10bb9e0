import type { ApplicationFailure, WorkflowHandle } from '@temporalio/client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { CloudRef } from '../../activities/index.js'
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
  return { activities, calls, release, pulling }
}

const endings = {
  terminated: (lock: WorkflowHandle) => lock.terminate('by the test'),
  cancelled: (lock: WorkflowHandle) => lock.cancel(),
}

/** The server tells a parent of its child's end when it gets to it: a step that ends before is one more step done. */
const hasBegunToStop = async (run: WorkflowHandle) => {
  const asked = async () =>
    (await run.fetchHistory()).events?.some(
      (event) => event.activityTaskCancelRequestedEventAttributes,
    )
  while (!(await asked())) await new Promise((resolve) => setTimeout(resolve, 20))
}

const causeOf = async (ending: Promise<unknown>) => {
  const error: unknown = await ending.catch((failure: unknown) => failure)
  return (error as { cause: ApplicationFailure }).cause
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

  it.each(['terminated', 'cancelled'] as const)(
    'stops a run whose lock is %s by hand before its next change',
    async (ending) => {
      const { activities, calls, release, pulling } = blockedActivities()
      await environment.withWorker(activities, async (runs) => {
        const first = await runs.start('deploy', { cloud })
        await pulling()
        const lock = environment.client.workflow.getHandle(`${cloud}-lock`)
        await endings[ending](lock)
        await hasBegunToStop(first)
        release()
        const cause = await causeOf(first.result())
        expect(cause.type).toBe('LockLost')
        expect(cause.message).toContain('somebody has ended demo-lock')
        expect(calls.at(-1)?.verb).toBe('pullImages')
        await runs.execute('postDeploy', { cloud })
      })
    },
  )

  it('tells every step what the run got the lock with, newer ones with a later time', async () => {
    const { activities, calls } = fakeActivities({ planCloud: () => planned([]) })
    await environment.withWorker(activities, async (runs) => {
      for (const operation of ['first', 'second']) {
        const run = await runs.start('prepareHosts', { cloud }, operation)
        await run.result()
      }
      await runs.execute('plan', { cloud })
    })
    const holds = calls
      .filter(({ verb }) => verb === 'observeHost')
      .map(({ args }) => (args[0] as CloudRef).hold)
    const [first, second] = [holds[0], holds[4]]
    expect(first).toMatchObject({ holder: 'first' })
    expect(second).toMatchObject({ holder: 'second' })
    expect(second?.since).toBeGreaterThan(first?.since ?? Infinity)
    expect(second?.lock).not.toBe(first?.lock)
    expect(holds.slice(8)).toEqual([undefined, undefined, undefined, undefined])
  })

  it('takes hosts over where a person says so', async () => {
    const { activities, calls } = fakeActivities()
    await environment.withWorker(activities, async (runs) => {
      await runs.execute('prepareHosts', { cloud, takeOver: true })
    })
    const observed = calls.filter(({ verb }) => verb === 'observeHost')
    expect(observed.map(({ args }) => (args[0] as CloudRef).hold?.takeOver)).toEqual(
      Array<boolean>(4).fill(true),
    )
  })

  it('is free after a fault in the code of a workflow, which ends the run', async () => {
    const { activities } = fakeActivities({
      planCloud: () => ({ ...planned([]), changes: undefined }),
    })
    await environment.withWorker(activities, async (runs) => {
      const first = await runs.start('deploy', { cloud })
      expect((await causeOf(first.result())).type).toBe('TypeError')
      await runs.execute('postDeploy', { cloud })
    })
  })
})
