const leaving = new Set<() => void>()

/** What a reader of our output means by leaving, until the function that this returns is called. */
export function whenReaderLeaves(leave: () => void): () => void {
  leaving.add(leave)
  return () => leaving.delete(leave)
}

/**
 * A reader that has seen enough, such as `head`, is no error: who shows something that goes on stops showing it, and anybody
 * else has printed the answer and ends with the exit code that is known by then.
 */
export function watchReaders(
  streams: readonly Pick<NodeJS.WriteStream, 'on'>[],
  exit: () => void,
): void {
  for (const stream of streams) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error
      if (leaving.size === 0) exit()
      for (const leave of leaving) leave()
    })
  }
}
