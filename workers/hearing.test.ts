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
  await vi.advanceTimersByTimeAsync(10_000)
  expect(unheard).not.toHaveBeenCalled()
  await vi.advanceTimersByTimeAsync(1_100)
  expect(unheard).toHaveBeenCalled()
  away = false
  await vi.advanceTimersByTimeAsync(2_000)
  unheard.mockClear()
  await vi.advanceTimersByTimeAsync(60_000)
  expect(unheard).not.toHaveBeenCalled()
  stop()
})

it('takes an answer that came late for one', async () => {
  const unheard = vi.fn()
  const late = () => new Promise<void>((answer) => setTimeout(answer, 5_000))
  const stop = listen(late, unheard)
  await vi.advanceTimersByTimeAsync(60_000)
  expect(unheard).not.toHaveBeenCalled()
  stop()
})

it('reads the answers of before first when the worker was busy', async () => {
  const unheard = vi.fn()
  const stop = listen(() => Promise.resolve(), unheard)
  await vi.advanceTimersByTimeAsync(2_000)
  vi.setSystemTime(Date.now() + 9_000)
  await vi.advanceTimersByTimeAsync(1_100)
  expect(unheard).not.toHaveBeenCalled()
  stop()
})

it('tells a worker whose machine stood still', async () => {
  const unheard = vi.fn()
  const stop = listen(() => new Promise(() => {}), unheard)
  await vi.advanceTimersByTimeAsync(2_000)
  vi.setSystemTime(Date.now() + 30_000)
  await vi.advanceTimersByTimeAsync(1_100)
  expect(unheard).toHaveBeenCalled()
  stop()
})
