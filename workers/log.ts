import { DefaultLogger, Runtime } from '@temporalio/worker'
import { pino } from 'pino'
import { redactedValue } from '../activities/failures.js'
import type { Redact } from '../activities/failures.js'
import { plain } from './plain.js'

/** One JSON object a line on standard output; no secret gets through. Install before any worker is made. */
export function installLogger(redact: Redact): void {
  const log = pino({ base: null, level: process.env['KOLLA_TEMPORAL_LOG_LEVEL'] ?? 'info' })
  Runtime.install({
    logger: new DefaultLogger('TRACE', ({ level, message, meta }) => {
      const write = {
        TRACE: log.trace,
        DEBUG: log.debug,
        INFO: log.info,
        WARN: log.warn,
        ERROR: log.error,
      }
      write[level].call(log, redactedValue(plain(meta ?? {}), redact), redact(message))
    }),
    shutdownSignals: ['SIGTERM', 'SIGINT'],
  })
}
