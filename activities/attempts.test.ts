import { once } from 'node:events'
import { describe, expect, it } from 'vitest'
import { Attempts } from './attempts.js'

const never = new AbortController().signal

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
    const first = attempts.run('step', never, (signal) => untilEnded(signal, log, 'first'))
    const second = attempts.run('step', never, () => Promise.resolve(log.push('second')))
    await expect(first).rejects.toMatchObject({ type: 'AttemptEnded', nonRetryable: false })
    await second
    expect(log).toEqual(['first begins', 'first is over', 'second'])
  })

  it('that never came to begin are passed over', async () => {
    const attempts = new Attempts()
    const log: string[] = []
    const first = attempts.run('step', never, (signal) => untilEnded(signal, log, 'first'))
    const second = attempts.run('step', never, (signal) => untilEnded(signal, log, 'second'))
    const third = attempts.run('step', never, () => Promise.resolve(log.push('third')))
    await Promise.all(
      [first, second].map((attempt) => expect(attempt).rejects.toThrow('a newer attempt')),
    )
    await third
    expect(log).toEqual(['first begins', 'first is over', 'third'])
  })

  it('that take their end for an answer have none', async () => {
    const attempts = new Attempts()
    const first = attempts.run('step', never, async (signal) => {
      await once(signal, 'abort')
      return 'nobody has votes'
    })
    await attempts.run('step', never, () => Promise.resolve())
    await expect(first).rejects.toMatchObject({ type: 'AttemptEnded' })
  })

  it('wait no longer once they are cancelled, and begin nothing', async () => {
    const attempts = new Attempts()
    const log: string[] = []
    let release = () => {}
    const first = attempts.run('step', never, () => new Promise<void>((over) => (release = over)))
    const cancel = new AbortController()
    const second = attempts.run('step', cancel.signal, () => Promise.resolve(log.push('second')))
    cancel.abort(new Error('aborted by hand'))
    await expect(second).rejects.toThrow('aborted by hand')
    const third = attempts.run('step', never, () => Promise.resolve(log.push('third')))
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect(log).toEqual([])
    release()
    await expect(first).rejects.toThrow('a newer attempt')
    await third
    expect(log).toEqual(['third'])
  })

  it('keep the error of one that ended by itself', async () => {
    const failing = () => Promise.reject(new Error('no space left'))
    await expect(new Attempts().run('step', never, failing)).rejects.toThrow('no space left')
  })

  it('of different steps are nothing to each other', async () => {
    const attempts = new Attempts()
    const other = attempts.run('other', never, (signal) => Promise.resolve(signal.aborted))
    await attempts.run('step', never, () => Promise.resolve('done'))
    expect(await other).toBe(false)
  })
})

describe('a worker that is not heard', () => {
  it('ends all attempts, and those that begin later run', async () => {
    const attempts = new Attempts()
    const log: string[] = []
    const running = ['one', 'two'].map((step) =>
      attempts.run(step, never, (signal) => untilEnded(signal, log, step)),
    )
    attempts.endAll('Temporal is silent')
    for (const attempt of running) await expect(attempt).rejects.toThrow('Temporal is silent')
    expect(await attempts.run('one', never, (signal) => Promise.resolve(signal.aborted))).toBe(
      false,
    )
  })
})
