import { CancellationScope, isCancellation, patched } from '@temporalio/workflow'
import type { UpgradeStep } from '../src/plan/upgrade-plan.js'
import type { Finding } from '../src/model/finding.js'
import { failedBy, reasonOf } from './reason.js'
import { empty } from './machines.js'
import type { Run } from './run.js'
import { step } from './steps.js'

/** Whether what carries machines is replaced on a host, and it has any. */
export function carriesMachines(
  run: Run,
  { services }: Pick<UpgradeStep, 'services'>,
  host: string,
): boolean {
  const { hosts = [], carriers = [] } = run.plan.machines ?? {}
  const replaced = services.flatMap((service) => run.containers(service, host))
  return hosts.includes(host) && replaced.some((name) => carriers.includes(name))
}

/**
 * Has machines be elsewhere while a host's containers are replaced: `replace` calls `leave` before. What stays is a
 * warning. Machines may come again when `replace` has ended, in whatever way; until then, while a person decides about a
 * failure too, the host starts none.
 */
export async function whileEvacuated<T>(
  run: Run,
  { name: part }: Pick<UpgradeStep, 'name'>,
  host: string,
  replace: (leave: () => Promise<void>) => Promise<T>,
): Promise<T> {
  let begun = false
  let warnings: readonly Finding[] = []
  const leave = async () => {
    begun = true
    warnings = await evacuate(run, part, host, warnings)
  }
  const takeBack = async () => {
    if (!begun) return
    await CancellationScope.nonCancellable(() => step('reenableCompute', host, run.ref, host))
  }
  let result: T
  try {
    result = await replace(leave)
  } catch (error) {
    // Why it ends matters more; the next `deploy` gives back what is still disabled.
    await takeBack().catch(() => undefined)
    throw error
  }
  const open = async () => {
    if (!begun) return
    if (!patched('a host is opened when it reports')) return takeBack()
    await step('openCompute', host, run.ref, host)
  }
  await open().catch(async (error: unknown) => {
    if (isCancellation(error)) {
      await takeBack().catch(() => undefined)
      throw error
    }
    const message = `it still starts no machines (${reasonOf(error)}): \`kolla-temporal enable-compute ${host}\` puts it back in use, and so does the next deploy`
    run.findings.push({ severity: 'warning', host, message })
  })
  run.findings.push(...warnings)
  return result
}

/**
 * Lets no machine start on a host and moves those that run there. Returns what could not be moved, and why; where nothing
 * could be found out, what an `earlier` try has told holds.
 */
async function evacuate(
  { ref, stages }: Run,
  part: string,
  host: string,
  earlier: readonly Finding[],
): Promise<Finding[]> {
  const warning = (what: string): Finding => ({
    ...{ severity: 'warning', host },
    message: `${what} while ${part} was replaced`,
  })
  let known: string
  try {
    known = await step('disableCompute', host, ref, host, 'upgrade')
  } catch (error) {
    // Nova does not know the host, or it is down: nothing is to be moved from there.
    if (!failedBy(error, 'BadInput')) throw error
    const told = warning(`no machine was moved away (${reasonOf(error)})`)
    return [...earlier.filter(({ message }) => message !== told.message), told]
  }
  const { stayed, coming } = await empty(ref, known, {
    stages,
    goes: ({ isOff }) => isOff !== true,
    patch: 'an evacuation looks again for machines',
  })
  return [
    ...stayed.map(({ id, name, why }) => warning(`the machine ${name} (${id}) stayed (${why})`)),
    ...coming.map((machine) => warning(`the machine ${machine} was on its way here`)),
  ]
}
