import type { Difference } from './compare.js'

/** One line for what is the same on several hosts: where, and what each says. */
export function formatDifferences(differences: readonly Difference[]): string[] {
  const hosts = new Map<string, string[]>()
  for (const { host, ...rest } of differences) {
    const line = format(rest)
    hosts.set(line, [...(hosts.get(line) ?? []), host])
  }
  return [...hosts].map(([line, names]) => `${line}    (${names.join(', ')})`)
}

function format({ container, file, key, theirs, ours }: Omit<Difference, 'host'>): string {
  const place = [container, file, key].filter((it) => it !== '').join(' › ')
  if (ours === undefined) return `${place}: only theirs${value(theirs)}`
  if (theirs === undefined) return `${place}: only ours${value(ours)}`
  return `${place}: theirs ${JSON.stringify(theirs)}, ours ${JSON.stringify(ours)}`
}

/** Lines that are counted say nothing by their number. */
function value(said = ''): string {
  return ['1', 'there', 'set', 'mounted', ''].includes(said) ? '' : ` ${JSON.stringify(said)}`
}
