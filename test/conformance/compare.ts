import type { Said } from './read/read.js'
import type { Files, Tree } from './tree.js'

/** One thing that the two say differently. What only one of them says is undefined for the other. */
export interface Difference {
  readonly host: string
  readonly container: string
  readonly file: string
  /** Where in the file; `(whole)` for a file or a container that only one of them has. */
  readonly key: string
  readonly theirs?: string
  readonly ours?: string
}

const WHOLE: Said = new Map([['(whole)', 'there']])

/** Everything that differs, host by host and file by file. */
export function compare(theirs: Tree, ours: Tree): Difference[] {
  return pairs(theirs, ours).flatMap(([host, theirContainers, ourContainers]) =>
    pairs<Files>(theirContainers ?? new Map(), ourContainers ?? new Map()).flatMap(
      ([container, theirFiles, ourFiles]) => {
        if (!theirFiles || !ourFiles) {
          return said({ host, container, file: '' }, theirFiles && WHOLE, ourFiles && WHOLE)
        }
        return pairs(theirFiles, ourFiles).flatMap(([file, their, our]) =>
          their && our
            ? said({ host, container, file }, their, our)
            : said({ host, container, file }, their && WHOLE, our && WHOLE),
        )
      },
    ),
  )
}

function said(place: Omit<Difference, 'key'>, theirs?: Said, ours?: Said): Difference[] {
  return pairs(theirs ?? new Map<string, string>(), ours ?? new Map<string, string>()).flatMap(
    ([key, their, our]) =>
      their === our
        ? []
        : [
            {
              ...place,
              key,
              ...(their !== undefined && { theirs: their }),
              ...(our !== undefined && { ours: our }),
            },
          ],
  )
}

function pairs<Value>(
  theirs: ReadonlyMap<string, Value>,
  ours: ReadonlyMap<string, Value>,
): [string, Value | undefined, Value | undefined][] {
  const keys = [...new Set([...theirs.keys(), ...ours.keys()])].sort()
  return keys.map((key) => [key, theirs.get(key), ours.get(key)])
}
