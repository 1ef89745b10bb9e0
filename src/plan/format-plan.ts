import type { Change } from './change.js'
import { interruptions } from './interruptions.js'

const verbs: Record<Change['action'], string> = {
  create: 'create',
  replace: 'replace',
  restart: 'restart',
  label: 'label',
  bootstrap: 'bootstrap',
  giveBack: 'give back',
  write: 'rewrite',
  remove: 'remove',
}

/** A plan as people read it: one line per container, by host, what that interrupts, and a summary. */
export function formatPlan(changes: readonly Change[]): string {
  if (changes.length === 0) return 'Nothing to change: the cloud is as described.\n'
  const rows = changes.map((change) => [
    change.host,
    change.service,
    change.container,
    verbs[change.action],
    change.reasons.join(', '),
  ])
  const table = [['HOST', 'SERVICE', 'CONTAINER', 'ACTION', 'WHY'], ...rows]
  const widths = ['', '', '', '', ''].map((_, column) =>
    Math.max(...table.map((row) => row[column]?.length ?? 0)),
  )
  const lines = table.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  )
  const interrupted = interruptions(changes).map((line) => `- ${line}`)
  const told = interrupted.length === 0 ? [] : ['What is interrupted:', ...interrupted, '']
  return `${[...lines, '', ...told, summarize(changes)].join('\n')}\n`
}

const done: Record<Change['action'], string> = {
  create: 'created',
  replace: 'replaced',
  restart: 'restarted',
  label: 'labelled',
  bootstrap: 'bootstrapped',
  giveBack: 'given back',
  write: 'rewritten',
  remove: 'removed',
}

/** `3 to create, 1 to restart on 3 hosts`; of a plan that was carried out: `3 created, 1 restarted on 3 hosts`. */
export function summarize(changes: readonly Change[], carriedOut = false): string {
  const counts = Object.entries(verbs)
    .map(([action, verb]) => ({
      verb: carriedOut ? done[action as Change['action']] : `to ${verb}`,
      count: changes.filter((change) => change.action === action).length,
    }))
    .filter(({ count }) => count > 0)
    .map(({ verb, count }) => `${count} ${verb}`)
  const hosts = new Set(changes.map((change) => change.host)).size
  return counts.length === 0
    ? 'nothing to change'
    : `${counts.join(', ')} on ${hosts} ${hosts === 1 ? 'host' : 'hosts'}`
}
