import { chooseFirstMember } from '../../src/plan/galera.js'
import { onAll } from '../operate.js'
import type { Run } from '../run.js'
import { step } from '../steps.js'

/**
 * Sees to it that at least one member is Synced, so that the others can join it: bootstraps a cluster that never was,
 * recovers one whose members are all down from the member with the newest data, and leaves a living one alone.
 */
export async function formGalera(run: Run): Promise<void> {
  if (run.changed('mariadb').length === 0) return
  const { ref } = run
  await run.stages.run('Form the Galera cluster', async () => {
    const members = await onAll(run.members('mariadb'), (host) =>
      step('inspectMariadb', host, ref, host),
    )
    const first = chooseFirstMember(members)
    if (first.action === 'bootstrap') await step('bootstrapMariadb', first.host, ref, first.host)
    if (first.action === 'recover') await step('recoverMariadb', first.host, ref, first.host)
    if (first.action === 'await') await step('awaitMariadb', first.host, ref, first.host)
  })
}

/** Starts the members that are to change. In a new cluster they join side by side, in a living one by one. */
export async function rollMariadb(run: Run): Promise<void> {
  if (run.changed('mariadb').length === 0) return
  await run.stages.run('Start mariadb', () =>
    run.rolling('mariadb', (host) => step('startMariadb', host, run.ref, host)),
  )
}
