import { operate } from './operate.js'
import type { CloudInput, OperationResult } from './operations.js'
import { step } from './steps.js'

/** Writes `clouds.yaml` and the `…-openrc.sh` beside the operator's files. */
export async function postDeploy(input: CloudInput): Promise<OperationResult> {
  return operate('postDeploy', input, async ({ cloud, stages }) => {
    const files = await stages.run('Write access files', () =>
      step('writeAccessFiles', cloud.name, cloud.ref),
    )
    return { changes: [], warnings: [], summary: `${files.join(', ')} written` }
  })
}
