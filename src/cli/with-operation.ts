import type { Command } from 'commander'
import type { KollaTemporal, OperationSummary } from '../client/index.js'
import { cloudOfHistory } from './cloud-choice.js'
import { connected } from './connected.js'
import { UsageError } from './exit.js'
import type { Options } from './options.js'

/** What the verbs' argument is. */
export const asListed = 'as `history` lists it'

/** Picks one of the operations that run, latest first; the text says what there is none of. */
export interface Choice {
  readonly of: (operation: OperationSummary) => boolean
  /** Whether the latest of several will do, and the last one where none runs. */
  readonly orLast: boolean
  readonly none: (ofCloud: string) => string
}

export const running: Choice = {
  of: () => true,
  orLast: false,
  none: (ofCloud) => `no operation${ofCloud} runs`,
}
export const upgrading: Choice = {
  // One that only shows its plan waits for nobody.
  of: ({ operation, dryRun }) => ['upgrade', 'rollback'].includes(operation) && dryRun !== true,
  orLast: false,
  none: (ofCloud) => `no upgrade or rollback${ofCloud} runs`,
}
export const latest: Choice = {
  of: () => true,
  orLast: true,
  none: (ofCloud) => `no operation${ofCloud} is in the history yet`,
}

/** Does something with the operation of an id, or with the one that is chosen. */
export async function withOperation(
  verb: Command,
  operation: string | Choice,
  body: (client: KollaTemporal, workflowId: string, options: Options) => Promise<void>,
): Promise<void> {
  const options: Options = verb.optsWithGlobals()
  await connected(options, async (client) => {
    const id = typeof operation === 'string' ? operation : await choose(client, options, operation)
    await body(client, id, options)
  })
}

async function choose(client: KollaTemporal, options: Options, choice: Choice): Promise<string> {
  const cloud = await cloudOfHistory(options)
  const ofCloud = cloud === undefined ? '' : ` of ${cloud}`
  let operation = pick(await client.running(cloud), choice, ofCloud)
  if (!operation && choice.orLast) [operation] = await client.history(cloud, 1)
  if (operation) return operation.workflowId
  throw new UsageError(choice.none(ofCloud))
}

/** @throws UsageError where several would fit, of which one must be meant */
export function pick(
  operations: readonly OperationSummary[],
  choice: Choice,
  ofCloud: string,
): OperationSummary | undefined {
  const fitting = operations.filter(choice.of)
  if (fitting.length <= 1 || choice.orLast) return fitting[0]
  const ids = fitting.map(({ workflowId }) => workflowId).join(', ')
  throw new UsageError(`several operations${ofCloud} run: name the one that is meant, of ${ids}`)
}
