import type { PlannedUpgrade } from '../activities/index.js'
import type { Finding } from '../src/model/finding.js'
import type { Migrations } from '../src/plan/migrations.js'
import { observe, refuse } from './operate.js'
import type { Operation } from './operate.js'
import type { UpgradeInput } from './operations.js'
import { step } from './steps.js'
import { unpackPlan } from './unpack-plan.js'

/** A plan with what becomes of the data, and of machines. */
export type Upgrade = PlannedUpgrade & {
  readonly migrations?: Migrations
  readonly evacuate?: boolean
}

/** Observes the cloud, plans its way to a release, and looks into the new images. @throws for what can't be upgraded */
export async function planUpgrade(
  operation: Operation,
  { release, evacuate = false }: UpgradeInput,
): Promise<Upgrade> {
  const { stages } = operation
  const plan = await stages.run('Observe and plan', async () => {
    const plan = await planRelease(operation, release)
    refuse(await silentComputes(plan))
    return plan
  })
  if (plan.steps.length === 0) return plan
  const { current, ref } = plan
  const migrations = await stages.run('Look into the new images', () =>
    step('previewMigrations', release, current, ref),
  )
  return { ...plan, migrations, evacuate: evacuate && plan.machines !== undefined }
}

/** What each host needs for a release. @throws for what the files and hosts of the cloud don't allow */
export async function planRelease({ cloud }: Operation, release: string): Promise<PlannedUpgrade> {
  const { observed, unobserved } = await observe(cloud)
  refuse([...cloud.findings, ...unobserved])
  const ref = await step('rememberFacts', cloud.name, cloud.ref, observed)
  const database = await step('inspectDatabase', cloud.name, ref)
  const plan = unpackPlan(
    await step('planUpgrade', release, cloud.ref, observed, release, database),
  )
  refuse(plan.findings)
  return plan
}

/** Of an upgrade that is finished by this one, it may be the very compute host that is to be mended. */
async function silentComputes({ ref, steps, record }: PlannedUpgrade): Promise<Finding[]> {
  if (record !== undefined || !steps.some(({ name }) => name === 'nova-cell')) return []
  return step('checkComputes', 'nova-compute', ref)
}
