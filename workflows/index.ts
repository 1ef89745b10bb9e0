import { setWorkflowOptions } from '@temporalio/workflow'
import * as every from './every.js'

export * from './every.js'

/**
 * A fault in a workflow's own code ends its run, which frees the cloud. By default Temporal would try the same code
 * again for ever, and a run stays with the build that it began with: no mended one would ever come to it.
 */
const workflows: readonly ((...args: never[]) => Promise<unknown>)[] = Object.values(every)
for (const workflow of workflows) setWorkflowOptions({ failureExceptionTypes: [Error] }, workflow)
