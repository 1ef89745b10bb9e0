import { JinjaError, numberOf, pythonText, Undefined } from './values.js'
import type { Value } from './values.js'

/** Python's `'%s://%s' % (a, b)`, as kolla-ansible's own files write it; other kinds are refused. */
export function format(pattern: string, items: readonly Value[]): string {
  const left = [...items]
  const result = pattern.replace(/%(.)/gs, (_, kind: string) => {
    if (kind === '%') return '%'
    if (kind === 's') return pythonText(left.shift() ?? new Undefined('an argument of %'))
    if (kind === 'd') return String(Math.trunc(numberOf(left.shift() ?? null)))
    throw new JinjaError(`'%${kind}' is not understood`)
  })
  if (left.length > 0) throw new JinjaError('the text before % has fewer places than arguments')
  return result
}
