import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { resolveServer } from '../../../src/client/connection.js'
import { LocalServer } from '../../../src/local/server.js'
import { LocalWorkers } from '../../../src/local/worker.js'
import { freePort, startTemporalServer } from '../../support/temporal-server.js'

const silent = () => undefined
let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kolla-temporal-'))
})
afterEach(async () => {
  await rm(folder, { recursive: true })
})

it('starts a server once, keeps its data private, and stops it', async () => {
  const address = `127.0.0.1:${await freePort()}`
  const server = new LocalServer(folder, resolveServer({ address, namespace: 'ops' }))
  expect(await server.status()).toMatchObject({ answers: false, pid: undefined })

  await server.start(silent)
  const { answers, pid, webUi } = await server.status()
  expect(answers).toBe(true)
  expect((await fetch(webUi ?? '')).status).toBe(200)
  expect((await stat(join(folder, 'temporal.db'))).mode & 0o077).toBe(0)
  await server.start(silent)
  expect((await server.status()).pid).toBe(pid)

  expect(await server.stop()).toBe(true)
  expect(await server.status()).toMatchObject({ answers: false, pid: undefined })
})

it('uses a server that is there, and never stops it', async () => {
  const other = await startTemporalServer()
  const server = new LocalServer(folder, resolveServer({ address: other.address }))
  await server.start(silent)
  expect(await server.stop()).toBe(false)
  expect(await server.status()).toMatchObject({ answers: true, pid: undefined })
  await other.stop()
})

it('starts a worker of each build once; an older one goes on until it ends itself', async () => {
  const program = join(folder, 'worker.mjs')
  const code = `
    import { writeFileSync } from 'node:fs'
    writeFileSync(process.env.KOLLA_TEMPORAL_READY_FILE, process.env.TEMPORAL_ADDRESS)
    setInterval(() => undefined, 1000)`
  await writeFile(program, code)
  const server = resolveServer({ address: '127.0.0.1:1' })
  const old = new LocalWorkers(folder, { program, id: 'old' })
  await old.start(server, undefined)
  await old.start(server, undefined)
  expect(await old.status()).toMatchObject([{ buildId: 'old', ready: true, current: true }])

  const workers = new LocalWorkers(folder, { program, id: 'new' })
  await workers.start(server, undefined)
  expect(await workers.status()).toMatchObject([
    { buildId: 'new', ready: true, current: true },
    { buildId: 'old', ready: true, current: false },
  ])
  await workers.stop()
  expect(await workers.status()).toEqual([])
})
