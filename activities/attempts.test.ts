import { once } from 'node:events'
import { describe, expect, it } from 'vitest'
import { Attempts } from './attempts.js'

/** An attempt that goes on until it is ended, and takes a moment to do so. */
async function untilEnded(signal: AbortSignal, log: string[], name: string): Promise<never> {
  log.push(`${name} begins`)
  await once(signal, 'abort')
  await new Promise((resolve) => setTimeout(resolve, 20))
  log.push(`${name} is over`)
  throw signal.reason
}

describe('attempts at one step', () => {
  it('do not overlap: a newer one begins when the older one is over', async () => {
    const attempts = new Attempts()
    const log: string[] = []
    const first = attempts.run('step', (signal) => untilEnded(signal, log, 'first'))
    const second = attempts.run('step', async () => log.push('second'))
    await expect(first).rejects.toMatchObject({ type: 'AttemptEnded', nonRetryable: false })
    await second
    expect(log).toEqual(['first begins', 'first is over', 'second'])
  })

  it('that never came to begin are passed over', async () => {
    const attempts = new Attempts()
    const log: string[] = []
    const first = attempts.run('step', (signal) => untilEnded(signal, log, 'first'))
    const second = attempts.run('step', (signal) => untilEnded(signal, log, 'second'))
    const third = attempts.run('step', async () => log.push('third'))
    await expect(first).rejects.toThrow('a newer attempt')
    await expect(second).rejects.toThrow('a newer attempt')
    await third
    expect(log).toEqual(['first begins', 'first is over', 'third'])
  })

  it('keep the error of one that ended by itself', async () => {
    const failing = () => Promise.reject(new Error('no space left'))
    await expect(new Attempts().run('step', failing)).rejects.toThrow('no space left')
  })

  it('of different steps are nothing to each other', async () => {
    const attempts = new Attempts()
    const other = attempts.run('other', async (signal) => signal.aborted)
    await attempts.run('step', async () => 'done')
    expect(await other).toBe(false)
  })
})

describe('a worker that is not heard', () => {
  it('ends all attempts, and those that begin later run', async () => {
    const attempts = new Attempts()
    const log: string[] = []
    const running = ['one', 'two'].map((step) =>
      attempts.run(step, (signal) => untilEnded(signal, log, step)),
    )
    attempts.endAll('Temporal is silent')
    for (const attempt of running) await expect(attempt).rejects.toThrow('Temporal is silent')
    expect(await attempts.run('one', async (signal) => signal.aborted)).toBe(false)
  })
})
