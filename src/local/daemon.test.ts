import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Daemon } from './daemon.js'
import { processStart } from './process-start.js'

let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kolla-temporal-'))
})
afterEach(async () => {
  await new Daemon(folder, 'sleeper').stop(1)
  await rm(folder, { recursive: true })
})

const script = (code: string) => ({ command: process.execPath, args: ['-e', code] })
const forever = 'setInterval(() => undefined, 1000); console.log("up")'
const logged = (daemon: Daemon, text: string) => async () =>
  (await readFile(daemon.logFile, 'utf8')).includes(text)

describe('Daemon', () => {
  it('runs in the background, with private files, until it is stopped', async () => {
    const daemon = new Daemon(folder, 'sleeper')
    await daemon.start(script(forever))
    await daemon.untilReady(logged(daemon, 'up'), 10)
    const pid = await new Daemon(folder, 'sleeper').pid()
    expect(pid).toBeGreaterThan(0)
    for (const file of ['sleeper.log', 'sleeper.pid']) {
      expect((await stat(join(folder, file))).mode & 0o777).toBe(0o600)
    }
    expect(await daemon.stop(5)).toBe(true)
    expect(await processStart(pid ?? 0)).toBeUndefined()
    expect(await daemon.pid()).toBeUndefined()
    expect(await daemon.stop(5)).toBe(false)
  })

  it('kills one that does not listen', async () => {
    const daemon = new Daemon(folder, 'sleeper')
    await daemon.start(script(`process.on('SIGTERM', () => undefined); ${forever}`))
    await daemon.untilReady(logged(daemon, 'up'), 10)
    expect(await daemon.stop(0.3)).toBe(true)
    expect(await daemon.pid()).toBeUndefined()
  })

  it('leaves another process with the same id alone', async () => {
    await writeFile(join(folder, 'sleeper.pid'), `${process.pid} another-boot/1\n`)
    const daemon = new Daemon(folder, 'sleeper')
    expect(await daemon.pid()).toBeUndefined()
    expect(await daemon.stop(1)).toBe(false)
  })

  it('shows the last lines of one that ends before it is ready', async () => {
    const daemon = new Daemon(folder, 'sleeper')
    await daemon.start(script('console.log("port 7233 is taken")'))
    const ready = daemon.untilReady(() => Promise.resolve(false), 10)
    await expect(ready).rejects.toThrow(/the sleeper ended at once.*\n.*port 7233 is taken/)
  })
})

it('knows this process and none that can not be', async () => {
  expect(await processStart(process.pid)).toMatch(/^[0-9a-f-]{36}\/\d+$/)
  expect(await processStart(process.pid)).toBe(await processStart(process.pid))
  expect(await processStart(2 ** 30)).toBeUndefined()
})
