import type { Context } from '@temporalio/activity'
import type { ActivityInboundCallsInterceptor } from '@temporalio/worker'
import { toFailure } from './failures.js'
import type { Redact } from './failures.js'
import { heartbeating } from './progress.js'

/** Around every activity: heartbeats while it runs; an error becomes a typed failure without secrets. */
export function aroundActivities(redact: Redact) {
  return (context: Context): { inbound: ActivityInboundCallsInterceptor } => ({
    inbound: {
      async execute(input, next) {
        const { activityType: verb, attempt } = context.info
        try {
          return await heartbeating(() => next(input))
        } catch (error) {
          throw toFailure(error, { verb, host: hostOf(input.args), attempt }, redact)
        }
      },
    },
  })
}

/** By convention a verb takes a cloud and then, if it works on one host, that host's name. */
function hostOf([, host]: readonly unknown[]): string {
  return typeof host === 'string' ? host : 'worker'
}
