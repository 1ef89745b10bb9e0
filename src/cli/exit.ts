import { CommanderError } from 'commander'
import type { Finding } from '../model/finding.js'
import { formatFinding } from '../model/finding.js'

const DONE = 0
export const FAILED = 1
export const BAD_INPUT = 2
/** As shells count an interrupt: neither done nor failed, the operation goes on. */
export const DETACHED = 130

/** The command line itself can't be followed. */
export class UsageError extends Error {
  override name = 'UsageError'
}

/** An operation whose end was shown while it was followed. */
export class AlreadyShown extends Error {
  constructor(override readonly cause: Error) {
    super(cause.message)
  }
}

export function exitCode(error: unknown): number {
  if (error instanceof AlreadyShown) return exitCode(error.cause)
  if (error instanceof CommanderError) return error.exitCode === 0 ? DONE : BAD_INPUT
  const name = error instanceof Error ? error.name : ''
  return name === 'BadInput' || name === 'UsageError' ? BAD_INPUT : FAILED
}

/** Tells why: a person on stderr, a program by a JSON object on stdout. */
export function report(error: unknown, json: boolean): void {
  if (error instanceof CommanderError || error instanceof AlreadyShown) return
  if (json) console.log(JSON.stringify({ type: 'error', error: asObject(error) }))
  else console.error(describeError(error))
}

/** Findings one a line, as compilers print them; anything else behind `error: `. */
export function describeError(error: unknown): string {
  const { findings } = error as { findings?: readonly Finding[] }
  if (findings) return findings.map(formatFinding).join('\n')
  return `error: ${error instanceof Error ? error.message : String(error)}`
}

function asObject(error: unknown): unknown {
  if (!(error instanceof Error)) return { message: String(error) }
  return 'toJSON' in error ? error : { type: error.name, message: error.message }
}
