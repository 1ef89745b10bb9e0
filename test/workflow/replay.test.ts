import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Worker, bundleWorkflowCode } from '@temporalio/worker'
import type { WorkflowBundleWithSourceMap } from '@temporalio/worker'
import { beforeAll, describe, expect, it } from 'vitest'
import { workflowsPath } from '../support/workflow-environment.js'

const folder = fileURLToPath(new URL('../histories', import.meta.url))
const recorded = readdirSync(folder).filter((name) => name.endsWith('.json'))

interface Recorded {
  readonly events: readonly [
    { readonly workflowExecutionStartedEventAttributes: { readonly workflowId: string } },
  ]
}

/**
 * Histories of operations, recorded by `test/record-history`: real ones on the lab, and an upgrade in
 * parts with fake activities. A change of a workflow that breaks one of them could not take over a run that an older worker began.
 */
describe('recorded histories replay', () => {
  let workflowBundle: WorkflowBundleWithSourceMap
  beforeAll(async () => {
    workflowBundle = await bundleWorkflowCode({ workflowsPath })
  })

  it('and there are some', () => {
    expect(recorded.length).toBeGreaterThanOrEqual(3)
  })

  it.each(recorded)('%s', async (name) => {
    const history = JSON.parse(readFileSync(join(folder, name), 'utf8')) as Recorded
    // The ids of parts are made of it.
    const { workflowId } = history.events[0].workflowExecutionStartedEventAttributes
    await Worker.runReplayHistory({ workflowBundle }, history, workflowId)
  })
})
