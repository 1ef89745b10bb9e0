import type { Change } from '../plan/change.js'

/** A plan by host and service, in the plan's own order. Empty for no change. */
export function formatChanges(changes: readonly Change[]): string {
  const hosts = [...new Set(changes.map(({ host }) => host))]
  return hosts
    .flatMap((host) => [host, ...linesOf(changes.filter((c) => c.host === host))])
    .join('\n')
}

function linesOf(changes: readonly Change[]): string[] {
  const width = Math.max(...changes.map(({ container }) => container.length))
  return changes.map(({ action, container, reasons }) =>
    `  ${action.padEnd(8)} ${container.padEnd(width)}  ${reasons.join(', ')}`.trimEnd(),
  )
}
