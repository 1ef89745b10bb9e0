import { isAlias, isCollection, isPair } from 'yaml'
import type { Document } from 'yaml'

/** Values that a file may come to once its aliases are replaced by what they stand for, and how deep they may lie. */
const mostValues = 100_000
const deepest = 100
/** Each is looked up in the whole file. */
const mostAliases = 1000

export interface ExpansionFault {
  readonly message: string
  readonly offset: number
}

interface Extent {
  readonly values: number
  readonly depth: number
}

/**
 * Why a document must not be made into values: some lines of aliases may stand for more than fits into memory, or for
 * themselves. Counts what it would come to without making it; undefined where that is sound.
 */
export function expansionFault({ contents }: Document.Parsed): ExpansionFault | undefined {
  const anchors = new Map<string, unknown>()
  const known = new Map<unknown, Extent | 'open'>()
  let aliases = 0
  let fault: ExpansionFault | undefined
  const refuse = (node: unknown, message: string): Extent => {
    fault ??= { message, offset: offsetOf(node) }
    return { values: 0, depth: 0 }
  }

  const extentOf = (node: unknown, outside: number): Extent => {
    if (fault) return { values: 0, depth: 0 }
    if (outside > deepest)
      return refuse(node, `this is nested more than ${deepest} deep: write it flatter`)
    if (isAlias(node)) {
      if (++aliases > mostAliases) {
        return refuse(node, `more than ${mostAliases} aliases (*name) are used: write the values`)
      }
      const target = anchors.get(node.source)
      const extent = known.get(target)
      return extent === 'open'
        ? refuse(
            node,
            `*${node.source} stands for something that it is a part of: break the circle`,
          )
        : (extent ?? { values: 1, depth: 1 })
    }
    const anchor = (node as { anchor?: string } | null)?.anchor
    if (anchor !== undefined) anchors.set(anchor, node)
    known.set(node, 'open')
    const inner = childrenOf(node).map((child) => extentOf(child, outside + 1))
    const extent = {
      values: inner.reduce((sum, { values }) => sum + values, 1),
      depth: Math.max(0, ...inner.map(({ depth }) => depth)) + 1,
    }
    known.set(node, extent)
    if (extent.values > mostValues) {
      return refuse(
        node,
        `with its aliases this comes to more than ${mostValues} values: write less`,
      )
    }
    if (extent.depth > deepest) {
      return refuse(
        node,
        `with its aliases this is nested more than ${deepest} deep: write it flatter`,
      )
    }
    return extent
  }
  extentOf(contents, 0)
  return fault
}

function childrenOf(node: unknown): readonly unknown[] {
  if (isPair(node)) return [node.key, node.value]
  return isCollection(node) ? node.items : []
}

function offsetOf(node: unknown): number {
  const { range } = (node ?? {}) as { range?: readonly number[] | null }
  return range?.[0] ?? 0
}
