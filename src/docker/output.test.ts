import { PassThrough } from 'node:stream'
import { expect, it } from 'vitest'
import { TooMuchOutput } from '../ssh/errors.js'
import type { Engine } from './engine.js'
import { readFrames } from './output.js'

const engine = {
  host: 'kolla1',
  api: { modem: { demuxStream: (from: PassThrough, to: PassThrough) => from.pipe(to) } },
} as unknown as Engine

it('output without end is stopped before it fills the memory', async () => {
  const stream = new PassThrough()
  const reading = readFrames(engine, stream)
  const chunk = Buffer.alloc(2 ** 20)
  const flood = setInterval(() => !stream.destroyed && stream.write(chunk))
  await expect(reading).rejects.toThrow(TooMuchOutput)
  clearInterval(flood)
  expect(stream.destroyed).toBe(true)
})
