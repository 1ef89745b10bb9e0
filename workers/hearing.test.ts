import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { listen } from './hearing.js'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

it('says nothing of a server that answers', async () => {
  const unheard = vi.fn()
  const stop = listen(() => Promise.resolve(), unheard)
  await vi.advanceTimersByTimeAsync(60_000)
  expect(unheard).not.toHaveBeenCalled()
  stop()
})

it('tells of a server that is silent, and no more once it answers', async () => {
  const unheard = vi.fn()
  let away = true
  const stop = listen(() => (away ? Promise.reject(new Error('away')) : Promise.resolve()), unheard)
  await vi.advanceTimersByTimeAsync(8_000)
  expect(unheard).not.toHaveBeenCalled()
  await vi.advanceTimersByTimeAsync(2_000)
  expect(unheard).toHaveBeenCalledWith(10_000)
  away = false
  await vi.advanceTimersByTimeAsync(2_000)
  unheard.mockClear()
  await vi.advanceTimersByTimeAsync(60_000)
  expect(unheard).not.toHaveBeenCalled()
  stop()
})

it('tells a worker that was itself stopped for so long', async () => {
  const unheard = vi.fn()
  const stop = listen(() => Promise.resolve(), unheard)
  await vi.advanceTimersByTimeAsync(2_000)
  const late = performance.now() + 30_000
  const now = vi.spyOn(performance, 'now').mockReturnValue(late)
  await vi.advanceTimersByTimeAsync(2_000)
  expect(unheard).toHaveBeenCalledTimes(1)
  now.mockRestore()
  stop()
})
