import { DefaultLogger, Runtime } from '@temporalio/worker'
import { pino } from 'pino'
import type { Redact } from '../activities/failures.js'

/** One JSON object a line on standard output; no secret gets through. Install before any worker is made. */
export function installLogger(redact: Redact): void {
  const log = pino({ base: null, level: process.env['KOLLA_TEMPORAL_LOG_LEVEL'] ?? 'info' })
  const clean = (value: unknown): unknown => JSON.parse(redact(JSON.stringify(value ?? {})))
  Runtime.install({
    logger: new DefaultLogger('TRACE', ({ level, message, meta }) => {
      const write = {
        TRACE: log.trace,
        DEBUG: log.debug,
        INFO: log.info,
        WARN: log.warn,
        ERROR: log.error,
      }
      write[level].call(log, clean(meta), redact(message))
    }),
    shutdownSignals: ['SIGTERM', 'SIGINT'],
  })
}
