import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { FakeHost } from '../ssh/fake-host.js'
import { SshPool } from '../ssh/pool.js'
import type { Remote } from '../ssh/remote.js'
import { writeConfiguration } from './configuration.js'

let host: FakeHost
let pool: SshPool
let remote: Remote
let root: string

beforeAll(async () => {
  host = await FakeHost.start()
  await host.trust()
  pool = new SshPool()
  remote = pool.remote(host.target)
})

afterAll(async () => {
  await pool.close()
  await host.stop()
})

beforeEach(() => {
  root = join(mkdtempSync(join(tmpdir(), 'configuration-')), 'kolla')
})

const keystone = {
  name: 'keystone',
  files: [
    { path: 'config.json', content: '{}', mode: 0o600 },
    { path: 'keystone.conf', content: '[database]\nconnection = mysql://…', mode: 0o640 },
    { path: 'domains/a b/keystone.conf', content: 'x', mode: 0o600 },
  ],
}
const cron = { name: 'cron', files: [{ path: 'config.json', content: '{"cron":1}', mode: 0o600 }] }

/** Path, mode and inode of everything below the root; content where it is a file. */
function tree(): string[] {
  return execFileSync('find', ['.', '-mindepth', '1', '!', '-name', '.*', '-printf', '%P %m\n'], {
    cwd: root,
    encoding: 'utf8',
  })
    .trim()
    .split('\n')
    .sort()
}

test('writes files and folders with their modes and says which', async () => {
  expect(await writeConfiguration(remote, [keystone, cron], { root })).toEqual([
    'cron/config.json',
    'keystone/config.json',
    'keystone/domains/a b/keystone.conf',
    'keystone/keystone.conf',
  ])
  expect(tree()).toEqual([
    'cron 700',
    'cron/config.json 600',
    'keystone 700',
    'keystone/config.json 600',
    'keystone/domains 700',
    'keystone/domains/a b 700',
    'keystone/domains/a b/keystone.conf 600',
    'keystone/keystone.conf 640',
  ])
  expect(existsSync(join(root, '.kolla-temporal.staging'))).toBe(false)
})

test('touches nothing the second time', async () => {
  await writeConfiguration(remote, [keystone, cron], { root })
  const inode = statSync(join(root, 'keystone/keystone.conf')).ino
  expect(await writeConfiguration(remote, [keystone, cron], { root })).toEqual([])
  expect(statSync(join(root, 'keystone/keystone.conf')).ino).toBe(inode)
})

test('touches only what differs in content or mode, and keeps the mounted folder', async () => {
  await writeConfiguration(remote, [keystone, cron], { root })
  const folder = statSync(join(root, 'keystone')).ino
  chmodSync(join(root, 'keystone/config.json'), 0o644)
  writeFileSync(join(root, 'keystone/keystone.conf'), 'changed by hand')
  expect(await writeConfiguration(remote, [keystone, cron], { root })).toEqual([
    'keystone/config.json',
    'keystone/keystone.conf',
  ])
  expect(statSync(join(root, 'keystone')).ino).toBe(folder)
  expect(statSync(join(root, 'keystone/config.json')).mode & 0o777).toBe(0o600)
})

test('removes what is not wanted, in its own folders only', async () => {
  await writeConfiguration(remote, [keystone, cron], { root })
  writeFileSync(join(root, 'cron/stranger'), '')
  writeFileSync(join(root, 'keystone/stranger'), '')
  const [first] = keystone.files
  const smaller = { name: 'keystone', files: first ? [first] : [] }
  expect(await writeConfiguration(remote, [smaller], { root })).toEqual([
    'keystone/domains/a b/keystone.conf',
    'keystone/keystone.conf',
    'keystone/stranger',
  ])
  expect(tree()).toEqual([
    'cron 700',
    'cron/config.json 600',
    'cron/stranger 644',
    'keystone 700',
    'keystone/config.json 600',
  ])
})

test('puts files in the place of folders and links, and never writes through a link', async () => {
  const outside = join(root, '..', 'outside')
  writeFileSync(outside, 'untouched')
  mkdirSync(join(root, 'keystone/config.json'), { recursive: true })
  symlinkSync(outside, join(root, 'keystone/keystone.conf'))
  await writeConfiguration(remote, [keystone], { root })
  expect(execFileSync('cat', [outside], { encoding: 'utf8' })).toBe('untouched')
  expect(await writeConfiguration(remote, [keystone], { root })).toEqual([])
})

test('clears away what a killed run left', async () => {
  mkdirSync(join(root, '.kolla-temporal.staging/keystone'), { recursive: true })
  writeFileSync(join(root, '.kolla-temporal.staging/keystone/half'), 'x')
  await writeConfiguration(remote, [keystone], { root })
  expect(tree()).not.toContain('keystone/half 600')
})

test('refuses a path that leaves its folder', async () => {
  const files = [{ path: '../other/config.json', content: '', mode: 0o600 }]
  await expect(writeConfiguration(remote, [{ name: 'x', files }], { root })).rejects.toThrow(
    /leaves/,
  )
})
