import { CancellationScope } from '@temporalio/workflow'
import { isContainer } from '../../src/plan/change.js'
import { onAll, together } from '../operate.js'
import type { Run } from '../run.js'
import { step } from '../steps.js'

/**
 * All that Keystone needs before its first request: Fernet keys on every member; and, with a database that is new or
 * where something that they take has changed, database, schema, catalogue and administrator.
 */
export async function initializeKeystone(run: Run, newDatabase: boolean): Promise<void> {
  const members = run.members('keystone')
  const [first] = members
  const [database] = run.members('mariadb')
  if (!first || !database) return
  const bootstrap = newDatabase || run.bootstraps('keystone')
  if (!bootstrap && run.changed('keystone').length === 0) return
  const { ref } = run
  await run.stages.run('Initialize keystone', async () => {
    await together(
      () => step('shareFernetKeys', members.join(', '), ref, members),
      async () => {
        if (bootstrap) await step('createKeystoneDatabase', database, ref, database)
      },
    )
    if (bootstrap) await step('bootstrapKeystone', first, ref, first)
  })
}

/**
 * Starts Keystone: everywhere at once when it is new, else host by host so that the API goes on answering. What takes
 * long, loading the application, is done before, beside those that serve.
 */
export async function rollKeystone(run: Run): Promise<void> {
  if (run.changed('keystone').length === 0) return
  const serving = run
    .changes('keystone')
    .filter((it) => isContainer(it) && it.container === 'keystone' && it.interrupts)
    .map(({ host }) => host)
  await orWithdraw(run, serving, async () => {
    if (serving.length > 0) {
      await run.stages.run('Prepare keystone', () =>
        onAll(serving, (host) => step('prepareKeystone', host, run.ref, host)),
      )
    }
    await run.stages.run('Start keystone', () =>
      run.rolling('keystone', (host) =>
        step('startKeystone', host, run.ref, host, run.containers('keystone', host)),
      ),
    )
  })
}

/** Replaces one member; the others serve meanwhile. */
export async function replaceKeystone(run: Run, host: string): Promise<void> {
  await orWithdraw(run, [host], async () => {
    await step('prepareKeystone', host, run.ref, host)
    await step('startKeystone', host, run.ref, host, run.containers('keystone', host))
  })
}

/** An API that stands by answers on its port already: when `body` fails, those that are still there go. */
async function orWithdraw(
  run: Run,
  hosts: readonly string[],
  body: () => Promise<void>,
): Promise<void> {
  try {
    await body()
  } catch (error) {
    const withdraw = () => onAll(hosts, (host) => step('withdrawKeystone', host, run.ref, host))
    // Why it ends matters more; what can't be withdrawn now is in the next plan.
    await CancellationScope.nonCancellable(withdraw).catch(() => undefined)
    throw error
  }
}
