import type { Command } from 'commander'
import { formatSeconds, verbOf } from '../../client/wording.js'
import type { KollaTemporal, OperationSummary } from '../../client/index.js'
import { cloudOfHistory } from '../cloud-choice.js'
import { connected } from '../connected.js'
import { UsageError } from '../exit.js'
import type { Options } from '../options.js'
import { watch } from '../watch.js'
import { asListed, latest, running, withOperation } from '../with-operation.js'

/** Verbs about operations that were started before. */
export function addHistoryVerbs(program: Command): void {
  program
    .command('attach')
    .description('follow an operation (default: the one that runs, else the last)')
    .argument('[workflow-id]', asListed)
    .action((id: string | undefined, _, verb: Command) =>
      withOperation(verb, id ?? latest, (client, workflowId, options) =>
        watch(client.get(workflowId), { json: options.json === true }),
      ),
    )
  program
    .command('abort')
    .description(
      'ask an operation to stop, and follow it until it has (default: the one that runs)',
    )
    .argument('[workflow-id]', asListed)
    .option('--force', 'end it at once, without its consent: for one that does not stop')
    .action((id: string | undefined, { force }: { force?: true }, verb: Command) =>
      withOperation(verb, id ?? running, (client, workflowId, options) =>
        abort(client, workflowId, options, force === true),
      ),
    )
  program
    .command('history')
    .description('operations, latest first (--cloud: of one cloud)')
    .option('-n, --last <count>', 'at most so many', (text) => count(text), 20)
    .action(async ({ last }: { last: number }, verb: Command) => {
      const options: Options = verb.optsWithGlobals()
      await connected(options, async (client) => {
        const operations = await client.history(await cloudOfHistory(options), last)
        if (options.json) for (const operation of operations) console.log(JSON.stringify(operation))
        else console.log(formatHistory(operations))
      })
    })
  program
    .command('explain')
    .description(
      'which step failed, where, how, and what to do (default: the operation that runs, else the last)',
    )
    .argument('[workflow-id]', asListed)
    .action((id: string | undefined, _, verb: Command) =>
      withOperation(verb, id ?? latest, explain),
    )
}

async function abort(client: KollaTemporal, workflowId: string, options: Options, force: boolean) {
  const handle = client.get(workflowId)
  await (force ? handle.terminate('aborted by force') : handle.cancel())
  await watch(handle, { json: options.json === true, expectCancelled: true })
}

async function explain(client: KollaTemporal, workflowId: string, options: Options): Promise<void> {
  const explanation = await client.explain(workflowId)
  const { formatExplanation } = await import('../../client/index.js')
  console.log(options.json ? JSON.stringify(explanation) : formatExplanation(explanation))
}

export function formatHistory(operations: readonly OperationSummary[]): string {
  const rows = operations.map(({ startedAt, operation, status, seconds, workflowId }) => [
    local(startedAt),
    verbOf(operation),
    status,
    formatSeconds(seconds),
    workflowId,
  ])
  const table = [['STARTED', 'OPERATION', 'STATUS', 'TOOK', 'WORKFLOW ID'], ...rows]
  const widths = [0, 1, 2, 3].map((i) => Math.max(...table.map((row) => row[i]?.length ?? 0)))
  return table.map((row) => row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join('  ')).join('\n')
}

/** `2026-11-23 06:12:00` in the time zone of this machine. */
function local(date: Date): string {
  const shifted = new Date(date.getTime() - date.getTimezoneOffset() * 60_000)
  return shifted.toISOString().slice(0, 19).replace('T', ' ')
}

function count(text: string): number {
  if (/^[1-9]\d*$/.test(text)) return Number(text)
  throw new UsageError(`--last must be a number of operations, not ${text}`)
}
