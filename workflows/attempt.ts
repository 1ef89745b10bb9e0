import { isCancellation } from '@temporalio/workflow'
import type { Decision } from './operations.js'
import { reasonOf } from './reason.js'

/** Who says when a step may begin, and what becomes of one that failed. */
export interface Hand {
  /** Waits while somebody holds the operation. */
  ready(): Promise<void>
  decide(title: string, reason: string): Promise<Decision>
}

/** A person, or the operation's input, wants everything undone that was done so far. */
export class RollbackWanted extends Error {
  override readonly name = 'RollbackWanted'

  constructor(override readonly cause: unknown) {
    super('rollback')
  }
}

/**
 * Does one step of an operation, when nobody holds it, or at once: where to wait would do harm. If it fails, `hand` says
 * what to do. Returns whether it was done, and not skipped.
 *
 * @throws RollbackWanted, or the step's own error
 */
export async function attempt(
  hand: Hand,
  title: string,
  body: () => Promise<unknown>,
  when: 'ready' | 'at once' = 'ready',
): Promise<boolean> {
  for (;;) {
    if (when === 'ready') await hand.ready()
    try {
      await body()
      return true
    } catch (error) {
      if (isCancellation(error)) throw error
      const decision = await hand.decide(title, reasonOf(error))
      if (decision === 'abort') throw error
      if (decision === 'rollback') throw new RollbackWanted(error)
      if (decision === 'skip') return false
    }
  }
}
