import { together } from '../operate.js'
import type { Run } from '../run.js'
import { step } from '../steps.js'

/** Database, schema, catalogue, administrator and Fernet keys: all that Keystone needs before its first request. */
export async function initializeKeystone(run: Run): Promise<void> {
  const members = run.members('keystone')
  const [first] = members
  const [database] = run.members('mariadb')
  if (!first || !database || run.changed('keystone').length === 0) return
  const { ref } = run
  await run.stages.run('Initialize keystone', async () => {
    await together(
      () => step('shareFernetKeys', members.join(', '), ref, members),
      () => step('createKeystoneDatabase', database, ref, database),
    )
    await step('bootstrapKeystone', first, ref, first)
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
