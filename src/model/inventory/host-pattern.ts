/** The host names and the port that the first word of a host line stands for: `kolla[1:3]`, `db-[a:c]:2222`. */
export interface HostPattern {
  readonly names: readonly string[]
  readonly port?: number
}

const tooMany = 10_000

/** Names go into paths, labels and messages; what has a `=` in it may be a value that slipped to the line's beginning. */
const letters = /^[\p{L}\p{N}_[][\p{L}\p{N}_.:%@+[\]-]*$/u

/** Expands ranges as Ansible does: `[1:3]`, `[01:10]` with its zeros, `[a:c]`, `[1:9:2]`. A string tells what is wrong. */
export function expandHosts(pattern: string): HostPattern | string {
  if (!letters.test(pattern)) {
    const shown = /^[\p{L}\p{N}_.-]*/u.exec(pattern)?.[0] ?? ''
    return `what begins with '${shown}' is no host name: use letters, digits, dots and hyphens`
  }
  const withPort = /^([^:[]*(?:\[[^\]]*\][^:[]*)*):(\d+)$/.exec(pattern)
  const port = withPort ? Number(withPort[2]) : undefined
  if (port !== undefined && (port < 1 || port > 65535)) {
    return `the port of '${pattern}' must be from 1 to 65535`
  }
  const names = expand(withPort?.[1] ?? pattern)
  if (typeof names === 'string') return names
  return port === undefined ? { names } : { names, port }
}

function expand(pattern: string): string[] | string {
  const range = /^([^[]*)\[([^\]]*)\](.*)$/.exec(pattern)
  if (!range) {
    return pattern.includes('[')
      ? `'${pattern}' opens a range with '[' and does not close it`
      : [pattern]
  }
  const [, head = '', inside = '', tail = ''] = range
  const items = expandRange(inside)
  if (typeof items === 'string') return items
  const tails = expand(tail)
  if (typeof tails === 'string') return tails
  if (items.length * tails.length > tooMany) {
    return `the ranges of '${pattern}' stand for more than ${tooMany} hosts`
  }
  return items.flatMap((item) => tails.map((end) => head + item + end))
}

function expandRange(inside: string): string[] | string {
  const [first = '', last = '', step = '1', ...rest] = inside.split(':')
  const wrong = `the range '[${inside}]' must look like [1:3], [01:10] or [a:c]`
  if (rest.length > 0 || !/^[1-9]\d*$/.test(step)) return wrong
  const isAlphabet = /^[a-z]$/i.test(first) && /^[a-z]$/i.test(last)
  if (!isAlphabet && !(/^\d*$/.test(first) && /^\d+$/.test(last))) return wrong
  if (!isAlphabet && /^0\d/.test(first) && first.length !== last.length) {
    return `the range '[${inside}]' needs as many digits at its end as at its start`
  }
  const [from, to] = isAlphabet
    ? [first.charCodeAt(0), last.charCodeAt(0)]
    : [Number(first || '0'), Number(last)]
  if (to < from) return `the range '[${inside}]' runs backwards`
  if (to - from > tooMany) return `the range '[${inside}]' stands for more than ${tooMany} hosts`
  const width = /^0\d/.test(first) ? first.length : 0
  const items: string[] = []
  for (let at = from; at <= to; at += Number(step)) {
    items.push(isAlphabet ? String.fromCharCode(at) : String(at).padStart(width, '0'))
  }
  return items
}
