import { ApplicationFailure } from '@temporalio/common'

/** What a person must mend first, in one sentence: no retry can. */
export function badInput(message: string): ApplicationFailure {
  return ApplicationFailure.nonRetryable(message, 'BadInput')
}
