import { operate } from './operate.js'
import type { OperationResult, WipeDiskInput } from './operations.js'
import { step } from './steps.js'

/** Makes a disk blank that nobody uses, for whoever types its serial or size. */
export async function wipeDisk(input: WipeDiskInput): Promise<OperationResult> {
  return operate('wipeDisk', input, async ({ cloud, stages }) => {
    const { host, disk, serial, size } = input
    const request = {
      disk,
      ...(serial !== undefined && { serial }),
      ...(size !== undefined && { size }),
    }
    const content = await stages.run(`Wipe ${disk} of ${host}`, () =>
      step('wipeDisk', `${host} · ${disk}`, cloud.ref, host, request),
    )
    const summary =
      content === ''
        ? `${disk} of ${host} was blank already`
        : `${disk} of ${host} is blank; on it was: ${content}`
    return { changes: [], warnings: [], summary }
  })
}
