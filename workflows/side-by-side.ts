/**
 * Steps of one kind that are under way at once: as many as a worker takes upon itself. The server refuses a run that has
 * 2,000 of them, and there is a run's worth of kinds.
 */
export const WINDOW = 200

/** As `Promise.allSettled` of what `body` makes of each item, but each begins only when it has a place in the window. */
export async function sideBySide<Item, T>(
  items: readonly Item[],
  body: (item: Item) => Promise<T>,
  window = WINDOW,
): Promise<PromiseSettledResult<T>[]> {
  if (items.length <= window) return Promise.allSettled(items.map(body))
  const begun: Promise<T>[] = []
  const left = items.values()
  const lane = async () => {
    for (const item of left) {
      const one = body(item)
      begun.push(one)
      await Promise.allSettled([one])
    }
  }
  await Promise.all(Array.from({ length: window }, lane))
  return Promise.allSettled(begun)
}
