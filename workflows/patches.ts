import { patched } from '@temporalio/workflow'

/** Of a run that an older worker began, all steps are its own. */
export const partsHaveWorkflows = () => patched('a part has a workflow of its own')
