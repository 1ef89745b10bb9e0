/** `, did you mean 'mariadb'?` where one of the names is close enough to be a slip of the pen, or nothing. */
export function nearest(name: string, known: Iterable<string>): string {
  const best = nearestName(name, known)
  return best === undefined ? '' : `, did you mean '${best}'?`
}

/** The known name with the fewest slips (Damerau-Levenshtein), at most a third of its letters. */
export function nearestName(name: string, known: Iterable<string>): string | undefined {
  let least = Math.min(name.length, Math.floor(Math.max(name.length, 3) / 3) + 1)
  let best: string | undefined
  for (const candidate of known) {
    if (Math.abs(candidate.length - name.length) >= least) continue
    const slips = distance(name, candidate)
    if (slips < least) [least, best] = [slips, candidate]
  }
  return best
}

/** Letters added, left out, changed or swapped with their neighbour between two words. */
function distance(a: string, b: string): number {
  let before: number[] = []
  let previous = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const change = a[i - 1] === b[j - 1] ? 0 : 1
      const swapped = a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      row[j] = Math.min(
        at(previous, j) + 1,
        at(row, j - 1) + 1,
        at(previous, j - 1) + change,
        swapped ? at(before, j - 2) + 1 : Infinity,
      )
    }
    before = previous
    previous = row
  }
  return at(previous, b.length)
}

const at = (row: readonly number[], index: number) => row[index] ?? Infinity
