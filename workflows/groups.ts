/** Hosts that one workflow replaces. A host of Nova's has 24 events in its history: far below the 10,000 that Temporal warns of. */
const MOST = 50

/** The same where machines are moved away, which takes seven events each: a thousand on each host are fewer than 51,200. */
export const mostEvacuated = 5

/** Neighbouring batches together, as many as have no more hosts than that; a larger batch stays whole. */
export function grouped<Host>(
  batches: readonly (readonly Host[])[],
  most = MOST,
): (readonly Host[])[][] {
  const groups: (readonly Host[])[][] = []
  let room = 0
  for (const batch of batches) {
    const last = groups.at(-1)
    if (last && batch.length <= room) last.push(batch)
    else {
      groups.push([batch])
      room = most
    }
    room -= batch.length
  }
  return groups
}
