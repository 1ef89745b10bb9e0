/**
 * What `Promise.all` is, but the first failure is thrown when all have ended: a step that is tried again must not meet
 * what its last attempt left running.
 */
export async function allEnded<T>(works: readonly Promise<T>[]): Promise<T[]> {
  const results = await Promise.allSettled(works)
  return results.map((result) => {
    if (result.status === 'rejected') throw result.reason
    return result.value
  })
}
