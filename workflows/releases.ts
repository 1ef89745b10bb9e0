import { describeVersions } from '../src/plan/release-record.js'
import type { ReleaseSummary } from '../src/plan/release-record.js'
import { inspect, observe, onAll, operate, refuse } from './operate.js'
import type { CloudInput, OperationResult, PruneInput } from './operations.js'
import { step } from './steps.js'

/** How many records stay unless somebody says otherwise. */
const KEPT = 2

/** The records that a rollback can go back to, and what each would restore. */
export async function releases(input: CloudInput): Promise<OperationResult> {
  return inspect('releases', input, async ({ cloud }) => {
    const records = await step('listReleases', cloud.name, cloud.ref)
    const summary =
      records.length === 0
        ? 'no release record yet: an upgrade leaves one'
        : records.map(describe).join('\n')
    return { changes: [], warnings: [], summary, releases: records }
  })
}

/** Removes the older records, with their backups and the images that nothing else needs. */
export async function prune(input: PruneInput): Promise<OperationResult> {
  return operate('prune', input, async ({ cloud, stages }) => {
    const { observed, unobserved } = await stages.run('Observe', () => observe(cloud))
    refuse(unobserved)
    const ref = await step('rememberFacts', cloud.name, cloud.ref, observed)
    const { backups, members } = await step('inspectDatabase', cloud.name, ref)
    const records = await step('listReleases', cloud.name, ref)
    const kept = records.slice(0, input.keep ?? KEPT)
    const gone = records.slice(input.keep ?? KEPT)
    const needed = new Set(kept.flatMap((record) => Object.values(record.images)))
    const unused = [...new Set(gone.flatMap((record) => Object.values(record.images)))].filter(
      (digest) => !needed.has(digest),
    )
    await stages.run('Remove images', () =>
      onAll(cloud.hosts, (host) => step('removeImages', host, ref, host, unused)),
    )
    await stages.run('Remove backups and records', async () => {
      for (const { id, backup } of gone) {
        const continued = backups.some(({ base }) => base === backup?.id)
        // A host that is gone from the inventory has taken its backups with it.
        const here = members.some(({ host }) => host === backup?.host)
        if (backup && here && !continued)
          await step('removeBackups', `${backup.host} · ${backup.id}`, ref, backup.host, [
            backup.id,
          ])
        await step('removeRecord', id, ref, id)
      }
    })
    const names = gone.map(({ id }) => id).join(', ')
    return {
      changes: [],
      warnings: [],
      summary: names === '' ? 'nothing to prune' : `removed ${names}`,
    }
  })
}

function describe({ id, to, at, versions, backup }: ReleaseSummary): string {
  const database = backup ? `; database of ${backup.at} (${backup.id} on ${backup.host})` : ''
  return `${id}  before the upgrade to ${to}: ${describeVersions(versions)}${database}, taken ${at}`
}
