import { formatFinding } from '../model/finding.js'
import { BadInput, CloudBusy, OperationCancelled, RolledBack, StepFailed } from './errors.js'
import type { OperationError } from './errors.js'
import type { Explanation } from './explain.js'
import { answersTo, formatSeconds, stepName } from './wording.js'

/** An explanation as a person reads it. */
export function formatExplanation(explanation: Explanation): string {
  const paragraphs = [
    headline(explanation),
    failure(explanation),
    ...explanation.retrying.map(
      ({ step, attempt, message }) =>
        `${stepName(step)} is being tried again (attempt ${attempt}): ${message}`,
    ),
    running(explanation),
    explanation.waiting && `It waits:\n${explanation.waiting.what}`,
    explanation.workerTrouble,
    ...alsoFailed(explanation),
    explanation.summary,
    next(explanation),
  ]
  return paragraphs.filter((paragraph) => paragraph).join('\n\n')
}

/** But for what the failure has told already: findings of several hosts are all in one. */
function alsoFailed({ error, otherFailures }: Explanation): string[] {
  const told = error ? errorText(error) : ''
  return otherFailures
    .filter((failure) => !told.includes(failure.error.message))
    .map((failure) => `${stepName(failure.step)} failed too: ${failure.error.message}`)
}

function headline({ operation, stepsDone }: Explanation): string {
  const { workflowId, status, startedAt, seconds } = operation
  const state = status === 'running' ? 'is running' : `${was(status)}${status}`
  return `${workflowId} ${state}: started ${startedAt.toISOString()}, ${formatSeconds(seconds)}, steps done: ${stepsDone}.`
}

const was = (status: string) => (['cancelled', 'terminated'].includes(status) ? 'was ' : '')

function failure({ error, failedStep }: Explanation): string | undefined {
  if (!error) return undefined
  const step =
    failedStep &&
    `Step ${stepName(failedStep.step)} failed after ${formatSeconds(failedStep.seconds)} and ${attempts(failedStep.attempts)}.\n`
  return `${step ?? ''}${errorText(error)}`
}

const attempts = (count: number) => (count === 1 ? '1 attempt' : `${count} attempts`)

function errorText(error: OperationError): string {
  if (error instanceof BadInput) return error.findings.map(formatFinding).join('\n')
  if (!(error instanceof StepFailed)) return error.message
  const { host, command, exitCode, tail } = error.failure
  return [
    error.message,
    `  host:      ${host}`,
    `  command:   ${command}`,
    ...(exitCode === undefined ? [] : [`  exit code: ${exitCode}`]),
    ...(tail.length > 0 ? ['  last lines of its log:'] : []),
    ...tail.map((line) => `    ${line}`),
  ].join('\n')
}

function running({ running: steps, retrying }: Explanation): string | undefined {
  const calm = steps.filter(({ id }) => !retrying.some(({ step }) => step.id === id))
  return calm.length > 0 ? `Running: ${calm.map(stepName).join(', ')}.` : undefined
}

function next({ operation, command, error, waiting }: Explanation): string | undefined {
  const again = `\`${command}\``
  if (waiting) return `What next: ${answersTo(waiting)}.`
  if (operation.status === 'running') {
    return `What next: follow it with \`kolla-temporal attach ${operation.workflowId}\`.`
  }
  if (!error) return undefined
  if (error instanceof CloudBusy) {
    return `What next: \`kolla-temporal attach ${error.workflowId}\`, then ${again}.`
  }
  if (error instanceof BadInput) {
    return `What next: mend what is listed, then ${again}.`
  }
  if (error instanceof RolledBack) {
    return 'What next: mend the cause and upgrade again; the old release serves meanwhile.'
  }
  if (error instanceof OperationCancelled) return `What next: ${again} goes on where it stopped.`
  const advice = error instanceof StepFailed ? `${error.failure.advice}\n` : ''
  return `What next: ${advice}${again} then goes on from there: what is done is left alone.`
}
