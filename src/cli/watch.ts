import type { OperationHandle, OperationResult } from '../client/index.js'
import { formatFinding } from '../model/finding.js'
import { AlreadyShown, DETACHED, describeError, exitCode } from './exit.js'
import { formatPlan } from '../plan/format-plan.js'
import { createView } from './progress/view.js'
import { whenReaderLeaves } from './readers.js'

export interface WatchOptions {
  readonly json: boolean
  /** What a person asked for is the plan itself, as changes or in words: progress is shown on a terminal only. */
  readonly answer?: 'changes' | 'words'
  /** The operation was asked to stop: that it did is no failure. */
  readonly expectCancelled?: boolean
}

/**
 * Shows an operation until it ends. An interrupt only detaches, and so does a reader that leaves.
 *
 * @throws AlreadyShown when the operation failed
 */
export async function watch(handle: OperationHandle, options: WatchOptions): Promise<void> {
  const detached = new AbortController()
  const detach = () => detached.abort()
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, detach)
  const forget = whenReaderLeaves(detach)
  const view = await createView({ json: options.json, answer: options.answer !== undefined })
  try {
    for await (const event of handle.events(detached.signal)) {
      view.show(event)
      if (event.type === 'operationCompleted') {
        view.end()
        if (!options.json) showResult(event.result, options)
        return
      }
      if (event.type === 'operationFailed') {
        view.end()
        if (!options.json) showFailure(event.error, handle.workflowId)
        if (options.expectCancelled && event.error.name === 'OperationCancelled') return
        process.exitCode = exitCode(event.error) // a pipe that breaks ends the process before anybody else says it
        throw new AlreadyShown(event.error)
      }
    }
  } finally {
    view.end()
    forget()
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.off(signal, detach)
  }
  console.error(`detached, the operation goes on: kolla-temporal attach ${handle.workflowId}`)
  process.exitCode = DETACHED
}

function showResult({ changes, warnings, summary }: OperationResult, options: WatchOptions): void {
  for (const warning of warnings) console.error(formatFinding(warning))
  console.log(options.answer === 'changes' ? formatPlan(changes).trimEnd() : summary)
}

function showFailure(error: Error, workflowId: string): void {
  console.error(describeError(error))
  const { name } = error
  if (name === 'StepFailed' || name === 'OperationError') {
    console.error(`what happened, and what to do: kolla-temporal explain ${workflowId}`)
  }
}
