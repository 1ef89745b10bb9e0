import { Argument } from 'commander'
import type { Command } from 'commander'
import type { Decision, OperationHandle, Waiting } from '../../client/index.js'
import { answersTo } from '../../client/wording.js'
import { agree } from '../agree.js'
import { UsageError } from '../exit.js'
import { asListed, upgrading, withOperation } from '../with-operation.js'

const decisions = {
  retry: 'try it again, after its cause is mended',
  skip: 'go on without it, and without the hosts or the service that need it',
  rollback: 'undo the upgrade',
  abort: 'end, and leave everything as it is',
} satisfies Record<Decision, string>

/** Of `Waiting`: what is answered. */
interface Names {
  readonly plan?: string
  readonly step?: string
}

/** Verbs that answer an upgrade or a rollback which waits for a person. */
export function addAnswerVerbs(program: Command): void {
  program
    .command('approve')
    .description(
      'let a plan, or what comes after a canary, begin (default: of the upgrade or rollback that runs); without its name it is shown first',
    )
    .argument('[workflow-id]', asListed)
    .option('--plan <digest>', 'this plan: one that has changed since is refused')
    .option('--step <name>', 'this canary')
    .action((id: string | undefined, { plan, step }: Names, verb: Command) =>
      withOperation(verb, id ?? upgrading, async (client, workflowId) => {
        const handle = client.get(workflowId)
        const { plan: digest, step: canary } =
          (plan ?? step) === undefined ? await agreed(handle, 'approve') : { plan, step }
        if (digest !== undefined) await handle.approve({ plan: digest })
        else await handle.approve({ step: canary ?? '' })
        console.log('approved')
      }),
    )
  program
    .command('decide')
    .description(
      'what to do about a step of an upgrade or a rollback that failed; without its name it is shown first',
    )
    .addArgument(
      new Argument(
        '<decision>',
        Object.entries(decisions)
          .map(([decision, what]) => `${decision}: ${what}`)
          .join('; '),
      ).choices(Object.keys(decisions)),
    )
    .argument('[workflow-id]', asListed)
    .option('--step <name>', 'the step that failed')
    .action((decision: Decision, id: string | undefined, { step }: Names, verb: Command) =>
      withOperation(verb, id ?? upgrading, async (client, workflowId) => {
        const handle = client.get(workflowId)
        const { step: named = '' } = step === undefined ? await agreed(handle, decision) : { step }
        await handle.decide({ step: named, decision })
      }),
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
}

/**
 * What waits, once a person has read it and agrees; the names that it had then are those that are answered.
 *
 * @throws UsageError where nobody can be asked, with what waits and the command that names it
 */
async function agreed(handle: OperationHandle, answer: 'approve' | Decision): Promise<Names> {
  const waiting = await handle.waiting()
  if (!waiting || !isAnswered(waiting, answer)) {
    const wanted = answer === 'approve' ? 'approval' : 'decision'
    const instead = waiting ? `: ${waiting.what}\n${answersTo(waiting)}` : ', and it does not wait'
    throw new UsageError(`${handle.workflowId} waits for no ${wanted}${instead}`)
  }
  console.error(waiting.what)
  await agree(answer === 'approve' ? 'Approve this?' : `Decide ${answer} about this?`, {
    otherwise: `name what you have read: ${answersTo(waiting)}`,
    declined: 'nothing was answered: it goes on waiting',
  })
  return waiting
}

const isAnswered = ({ kind }: Waiting, answer: 'approve' | Decision) =>
  answer === 'approve' ? kind === 'approval' || kind === 'canary' : kind === 'failure'
