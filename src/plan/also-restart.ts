import type { Change } from './change.js'

/**
 * The changes, with a container started anew on some hosts for what neither its files nor its image show.
 *
 * @param why host → reasons, told beside those that the plan has for the host anyway
 */
export function alsoRestart(
  changes: readonly Change[],
  what: Pick<Change, 'service' | 'container' | 'interrupts'>,
  why: ReadonlyMap<string, readonly string[]>,
): Change[] {
  const isIt = ({ container, action }: Change) =>
    container === what.container && action !== 'remove'
  const told = changes.map((change): Change => {
    const reasons = isIt(change) ? why.get(change.host) : undefined
    if (!reasons) return change
    const action = change.action === 'write' ? 'restart' : change.action
    return { ...change, action, reasons: [...change.reasons, ...reasons] }
  })
  const planned = new Set(changes.filter(isIt).map(({ host }) => host))
  const others = [...why].filter(([host]) => !planned.has(host))
  const restart = ([host, reasons]: readonly [string, readonly string[]]): Change => {
    return { host, ...what, action: 'restart', reasons }
  }
  return [...told, ...others.map(restart)]
}
