/** Workflow id of a cloud's lock. */
export const lockId = (cloud: string) => `${cloud}-lock`
