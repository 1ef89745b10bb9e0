import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, afterEach, beforeEach, expect, it, vi } from 'vitest'
import { testFiles } from '../src/catalog/testing/cloud.js'
import type { CloudFiles } from '../src/model/cloud.js'
import { heartbeatMs, silenceSeconds } from '../src/ssh/guard.js'
import { FileChecker, longestReading } from './checking.js'

/** In place of the built process: it does what the cloud's name says. */
const folder = mkdtempSync(join(tmpdir(), 'checking-'))
const code = pathToFileURL(join(folder, 'process.mjs'))
afterAll(() => rmSync(folder, { recursive: true }))
writeFileSync(
  code,
  `
const deep = (n) => deep(n + 1) + 1
const does = {
  good: () => ({ findings: [], secrets: ['s'], hosts: ['kolla1'] }),
  loop: () => { for (;;) ; },
  grow: () => { const all = []; for (;;) all.push(new Array(1000).fill(all.length)) },
  deep: () => deep(0),
  one: () => Array.from({ length: 2e9 }, (_, at) => at),
  long: () => 'x'.repeat(2 ** 30),
  home: () => ({ findings: [], secrets: [], hosts: Object.values(process.env) }),
  fault: () => { throw new TypeError('a fault of ours') },
}
process.on('message', ({ name }) => process.send(does[name]()))
process.on('uncaughtException', (error) => process.send(error))
process.send('ready')
`,
)
let checker: FileChecker
beforeEach(() => (checker = new FileChecker({ code, timeoutMs: 60_000, memoryMb: 64 })))
afterEach(() => checker.close())

const cloud = (name: string): CloudFiles => ({ ...testFiles(), name })

it('files that loop are a finding, and hold up neither another cloud nor this thread', async () => {
  checker = new FileChecker({ code, timeoutMs: 500 })
  let beats = 0
  const heart = setInterval(() => beats++, 20)
  const [bad, good] = await Promise.all([
    checker.check(cloud('loop')),
    checker.check(cloud('good')),
  ])
  clearInterval(heart)
  expect(bad.findings[0]?.message).toContain('take more than 0.5 s to read: look for a loop')
  expect(good.hosts).toEqual(['kolla1'])
  expect(beats).toBeGreaterThan(1)
})

it.each([
  ['grow', "the cloud's files take more than 64 MiB of memory to read"],
  ['one', "the cloud's files take more than 64 MiB of memory to read"],
  ['deep', "the cloud's files can't be read: look for"],
  ['long', "the cloud's files can't be read: look for"],
])('files that %s are a finding, and hold up no other cloud', async (name, message) => {
  const [bad, good] = await Promise.all([checker.check(cloud(name)), checker.check(cloud('good'))])
  expect(bad.findings[0]?.message).toContain(message)
  expect(good).toEqual({ findings: [], secrets: ['s'], hosts: ['kolla1'] })
})

it("the worker's home is the home of the process as well, which gets nothing else", async () => {
  vi.stubEnv('HOME', '/home/op')
  expect((await checker.check(cloud('home'))).hosts).toEqual(['/home/op'])
  vi.unstubAllEnvs()
})

it('a fault of ours is none of the files', async () => {
  await expect(checker.check(cloud('fault'))).rejects.toThrow('a fault of ours')
  expect((await checker.check(cloud('good'))).hosts).toEqual(['kolla1'])
})

it("who reads files for as long as they may take is still heard by every host's guard", () => {
  expect(longestReading + heartbeatMs).toBeLessThanOrEqual(silenceSeconds * 1000 - 2_000)
})

it('scripts have ended by the time that another worker begins a step anew', () => {
  const [secondsUntilKilled, heartbeatTimeout] = [5, 20]
  expect(silenceSeconds + secondsUntilKilled).toBeLessThan(heartbeatTimeout)
})
