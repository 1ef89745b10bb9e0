import { together } from '../operate.js'
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

/** Starts Keystone: everywhere at once when it is new, else host by host so that the API goes on answering. */
export async function rollKeystone(run: Run): Promise<void> {
  if (run.changed('keystone').length === 0) return
  await run.stages.run('Start keystone', () =>
    run.rolling('keystone', (host) =>
      step('startKeystone', host, run.ref, host, run.containers('keystone', host)),
    ),
  )
}
