import { Argument } from 'commander'
import type { Command } from 'commander'
import { formatSeconds, verbOf } from '../../client/wording.js'
import type { Decision, KollaTemporal, OperationSummary } from '../../client/index.js'
import { cloudOfHistory } from '../cloud-choice.js'
import { connected } from '../connected.js'
import { UsageError } from '../exit.js'
import type { Options } from '../options.js'
import { watch } from '../watch.js'

const asListed = 'as `history` lists it'

const decisions = {
  retry: 'try it again, after its cause is mended',
  skip: 'go on without it',
  rollback: 'undo the upgrade',
  abort: 'end, and leave everything as it is',
} satisfies Record<Decision, string>

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
    .command('approve')
    .description(
      'let a plan, or what comes after a canary, begin (default: of the upgrade or rollback that runs)',
    )
    .argument('[workflow-id]', asListed)
    .option('--plan <digest>', 'only this plan: one that has changed since is refused')
    .action((id: string | undefined, { plan }: { plan?: string }, verb: Command) =>
      withOperation(verb, id ?? upgrading, async (client, workflowId) => {
        const handle = client.get(workflowId)
        const waiting = await handle.waiting()
        const named = plan ?? waiting?.plan
        await handle.approve(named === undefined ? {} : { plan: named })
        console.log(waiting?.what ?? 'approved')
      }),
    )
  program
    .command('decide')
    .description('what to do about a step of an upgrade or a rollback that failed')
    .addArgument(
      new Argument(
        '<decision>',
        Object.entries(decisions)
          .map(([decision, what]) => `${decision}: ${what}`)
          .join('; '),
      ).choices(Object.keys(decisions)),
    )
    .argument('[workflow-id]', asListed)
    .action((decision: Decision, id: string | undefined, _, verb: Command) =>
      withOperation(verb, id ?? upgrading, (client, workflowId) =>
        client.get(workflowId).decide(decision),
      ),
    )
  for (const [name, description] of [
    ['pause', 'hold an upgrade or a rollback before its next step'],
    ['resume', 'let an upgrade or a rollback that is held go on'],
  ] as const) {
    program
      .command(name)
      .description(description)
      .argument('[workflow-id]', asListed)
      .action((id: string | undefined, _, verb: Command) =>
        withOperation(verb, id ?? upgrading, (client, workflowId) =>
          client.get(workflowId)[name](),
        ),
      )
  }
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

/** Picks one of the operations that run, latest first; the text says what there is none of. */
interface Choice {
  readonly of: (operation: OperationSummary) => boolean
  /** Whether the last one will do where none runs. */
  readonly orLast: boolean
  readonly none: (ofCloud: string) => string
}

const running: Choice = {
  of: () => true,
  orLast: false,
  none: (ofCloud) => `no operation${ofCloud} runs`,
}
const upgrading: Choice = {
  of: ({ operation }) => ['upgrade', 'rollback'].includes(operation),
  orLast: false,
  none: (ofCloud) => `no upgrade or rollback${ofCloud} runs`,
}
const latest: Choice = {
  of: () => true,
  orLast: true,
  none: (ofCloud) => `no operation${ofCloud} is in the history yet`,
}

async function withOperation(
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
  let operation = (await client.running(cloud)).find(choice.of)
  if (!operation && choice.orLast) [operation] = await client.history(cloud, 1)
  if (operation) return operation.workflowId
  throw new UsageError(choice.none(cloud === undefined ? '' : ` of ${cloud}`))
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
