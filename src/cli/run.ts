import type { Command } from 'commander'
import type { OperationInputs, OperationName } from '../../workflows/operations.js'
import { chooseCloud } from './cloud-choice.js'
import { connected } from './connected.js'
import type { Options } from './options.js'
import { watch } from './watch.js'

/** Starts a verb's operation on the cloud that its options name, and follows it. */
export async function run<Name extends OperationName>(
  verb: Command,
  operation: Name,
  input: (cloud: string, options: Options) => OperationInputs[Name],
): Promise<void> {
  const options: Options = verb.optsWithGlobals()
  const cloud = await chooseCloud(options)
  await connected(options, async (client) => {
    await client.requireWorker()
    const asked = input(cloud, options)
    const handle = await client.start(operation, asked)
    const json = options.json === true
    if (operation === 'plan') await watch(handle, { json, answer: 'changes' })
    else if ('dryRun' in asked) await watch(handle, { json, answer: 'words' })
    else await watch(handle, { json })
  })
}
