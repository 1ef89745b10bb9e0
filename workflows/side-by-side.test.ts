import { expect, test } from 'vitest'
import { WINDOW, sideBySide } from './side-by-side.js'

const moment = () => new Promise((resolve) => setImmediate(resolve))

/** How many were under way at most while all of them were done, each after another time. */
async function most(count: number): Promise<number> {
  let [now, peak] = [0, 0]
  await sideBySide(Array.from({ length: count }), async () => {
    peak = Math.max(peak, ++now)
    for (let wait = Math.random() * 3; wait > 0; wait--) await moment()
    now--
  })
  return peak
}

test('all at once where they have room, else as many as there are places', async () => {
  expect(await most(WINDOW)).toBe(WINDOW)
  expect(await most(3 * WINDOW)).toBe(WINDOW)
})

test('results are in the order of the items, and one that fails keeps none from its turn', async () => {
  const items = Array.from({ length: 2 * WINDOW + 1 }, (_, index) => index)
  const results = await sideBySide(items, async (item) => {
    for (let wait = item % 3; wait > 0; wait--) await moment()
    if (item === 3) throw new Error('no')
    return item
  })
  expect(results.map((one) => (one.status === 'fulfilled' ? one.value : one.status))).toEqual(
    items.map((item) => (item === 3 ? 'rejected' : item)),
  )
})
