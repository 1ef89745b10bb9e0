import type { Finding } from '../model/finding.js'

/** Exit code of an upgrade check that found what keeps a service from being upgraded (oslo.upgradecheck). */
export const UPGRADE_FAILURE = 2

/** Commands for a shell: warnings, for which the check ends with 1, are no failure. */
export function upgradeCheckScript(check: string): string {
  return `${check} || { code=$?; [[ $code == 1 ]] || exit "$code"; }`
}

/** Warnings and errors of the table that `nova-status upgrade check` and the like print. */
export function upgradeFindings(host: string, check: string, lines: readonly string[]): Finding[] {
  return readResults(lines).flatMap(({ name, result, details }): Finding[] => {
    if (result === 'Success') return []
    const severity = result === 'Warning' ? 'warning' : 'error'
    return [{ severity, host, message: `${check}: ${name}: ${details}` }]
  })
}

interface Result {
  readonly name: string
  /** `Success`, `Warning`, `Failure` */
  readonly result: string
  readonly details: string
}

/** Each row of the table is one cell of lines: `Check: …`, `Result: …`, `Details: …`, of which the last may go on. */
function readResults(lines: readonly string[]): Result[] {
  const rows: string[][] = []
  for (const line of lines) {
    if (line.startsWith('+-')) rows.push([])
    const [, cell] = /^\|\s*(.*?)\s*\|$/.exec(line.trim()) ?? []
    if (cell !== undefined) rows.at(-1)?.push(cell)
  }
  const pattern = /^Check: (.*?) Result: (Success|Warning|Failure) Details: (.*)$/
  return rows.flatMap((row) => {
    const [, name = '', result = '', details = ''] = pattern.exec(row.join(' ')) ?? []
    return result === '' ? [] : [{ name, result, details }]
  })
}
