import { setTimeout as sleep } from 'node:timers/promises'
import { Context } from '@temporalio/activity'
import { ApplicationFailure } from '@temporalio/common'
import type { StepFailure } from '../../../workflows/operations.js'

const failure: StepFailure = {
  host: 'kolla2',
  command: 'docker start keystone',
  exitCode: 137,
  tail: ['starting', 'out of memory'],
  advice: 'give kolla2 more memory',
}

export const toyActivities = {
  async observeHost(): Promise<void> {
    await sleep(5)
  },

  async startMariadb(host: string): Promise<string> {
    Context.current().heartbeat({ text: `${host} waits for Synced` })
    await sleep(2500)
    return host
  },

  async stumble(): Promise<void> {
    await sleep(5)
    const { attempt } = Context.current().info
    if (attempt < 3) throw ApplicationFailure.create({ message: `kolla3: no route (${attempt})` })
  },

  async breakDown(): Promise<void> {
    await sleep(5)
    throw ApplicationFailure.create({
      type: 'StepFailed',
      message: 'kolla2: docker start keystone ended with exit code 137',
      nonRetryable: true,
      details: [failure],
    })
  },
}

export type ToyActivities = typeof toyActivities
