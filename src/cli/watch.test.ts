import { EventEmitter } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import type { OperationHandle } from '../client/index.js'
import { watchReaders } from './readers.js'
import { watch } from './watch.js'

const pipe = Object.assign(new EventEmitter(), { fd: 1 }) as unknown as NodeJS.WriteStream
const exit = vi.fn()
watchReaders([pipe], exit)
const breakPipe = () => pipe.emit('error', Object.assign(new Error('EPIPE'), { code: 'EPIPE' }))

beforeEach(() => {
  vi.spyOn(console, 'error').mockReturnValue(undefined)
  vi.spyOn(console, 'log').mockReturnValue(undefined)
  exit.mockClear()
})
afterEach(() => {
  vi.restoreAllMocks()
  process.exitCode = undefined
})

/** An operation whose events are these, and that goes on until nobody follows it where there are none. */
const operation = (...events: object[]) =>
  ({
    workflowId: 'demo-deploy-1',
    async *events(signal: AbortSignal) {
      yield* events
      if (events.length === 0) await sleep(60_000, undefined, { signal }).catch(() => undefined)
    },
  }) as unknown as OperationHandle

it('detaches when nobody reads its output any more', async () => {
  const watching = watch(operation(), { json: true })
  await sleep(50)
  breakPipe()
  await watching
  expect(process.exitCode).toBe(130)
  expect(exit).not.toHaveBeenCalled()
  breakPipe()
  expect(exit).toHaveBeenCalledOnce()
})

it('an operation that has failed ends with its exit code, whoever still reads', async () => {
  const error = Object.assign(new Error('no'), { name: 'BadInput' })
  const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true)
  const watching = watch(operation({ type: 'operationFailed', error }), { json: true })
  await expect(watching).rejects.toThrow('no')
  write.mockRestore()
  expect(process.exitCode).toBe(2)
})

it('what has printed its answer is done', () => {
  breakPipe()
  expect(exit).toHaveBeenCalledOnce()
})
