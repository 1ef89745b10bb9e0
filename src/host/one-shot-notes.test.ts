import { mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises'
import { mkdirSync } from 'node:fs'
import { spawnSync } from 'node:child_process'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { Remote } from '../ssh/remote.js'
import {
  forgetOneShot,
  forgetOneShotsSince,
  listOneShotNotes,
  noteOneShots,
} from './one-shot-notes.js'
import { parseOneShotNotes } from './observe/one-shots.js'

let root: string
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'notes-'))
})
afterEach(() => rm(root, { recursive: true }))

/** Runs scripts on this machine, below a folder of the test. */
const remote = {
  runOrFail: (script: string) => {
    const { status, stdout, stderr } = bash(script)
    return status === 0 ? Promise.resolve({ stdout, stderr }) : Promise.reject(new Error(stderr))
  },
} as unknown as Remote
const bash = (script: string) =>
  spawnSync('bash', ['-c', script.replaceAll('/etc/kolla', root)], { encoding: 'utf8' })

const digest = (letter: string) => letter.repeat(64)
const noted = () => {
  const { stdout } = bash(listOneShotNotes('/etc/kolla'))
  return parseOneShotNotes(stdout.split('\n'))
}

it('keeps a note of each kind, for the observation to see', async () => {
  expect(noted()).toEqual({})
  await noteOneShots(remote, 'glance', { databases: digest('a'), schema: `sha256:${digest('b')}` })
  await noteOneShots(remote, 'glance', { databases: digest('c') })
  expect(noted()).toEqual({
    'glance/databases': digest('c'),
    'glance/schema': `sha256:${digest('b')}`,
  })
})

it('forgets those that are younger than a moment', async () => {
  await forgetOneShotsSince(remote, '2026-01-01T00:00:00Z')
  await noteOneShots(remote, 'glance', { databases: digest('a'), identity: digest('b') })
  const [folder = ''] = await readdir(root)
  const old = new Date('2026-01-01T00:00:00Z')
  await utimes(join(root, folder, 'glance', 'databases'), old, old)
  await forgetOneShotsSince(remote, '2026-01-01T01:00:00Z')
  expect(Object.keys(noted())).toEqual(['glance/databases'])
})

it('forgets one alone, whether it is there or not', async () => {
  await noteOneShots(remote, 'nova-cell', { databases: digest('a'), discovery: digest('b') })
  await forgetOneShot(remote, 'nova-cell', 'discovery')
  await forgetOneShot(remote, 'nova-cell', 'discovery')
  await forgetOneShot(remote, 'heat', 'schema')
  expect(Object.keys(noted())).toEqual(['nova-cell/databases'])
})

it('what is none of ours counts for nothing', async () => {
  await noteOneShots(remote, 'glance', { databases: digest('a') })
  const [folder = ''] = await readdir(root)
  mkdirSync(join(root, folder, 'heat'))
  await writeFile(join(root, folder, 'heat', 'schema'), 'half of a dig')
  expect(Object.keys(noted())).toEqual(['glance/databases'])
})
