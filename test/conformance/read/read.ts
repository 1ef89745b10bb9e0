/** What a file says: where it says it, and what. Two that mean the same are equal. */
export type Said = ReadonlyMap<string, string>

/** Lines of a file that say something, with single blanks. */
export function wordsOf(text: string, comment = /(^|\s)#.*/): string[] {
  return text
    .split('\n')
    .map((line) => line.replace(comment, '').trim().replace(/\s+/g, ' '))
    .filter((line) => line !== '')
}

/** How often each was said. */
export function counted(keys: readonly string[]): Said {
  const counts = new Map<string, number>()
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1)
  return new Map([...counts].map(([key, count]) => [key, String(count)]))
}
