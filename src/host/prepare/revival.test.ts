import { spawn, spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { revivalScript } from './revival.js'

let folder: string
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'revival-'))))
afterEach(() => rmSync(folder, { recursive: true }))

/** Runs the script where Docker knows one ended container, whose state it tells so; returns what was started. */
function revive(state: string): string {
  const docker = `case $1 in
  ps) [[ $* == *status=exited*label=kolla_temporal.cloud* ]] && echo 5ea1ed ;;
  inspect) echo '/ceph_mgr ${state}' ;;
  start) echo "$2" >>${folder}/started ;;
esac`
  writeFileSync(join(folder, 'docker'), `#!/bin/bash\n${docker}\n`)
  chmodSync(join(folder, 'docker'), 0o755)
  const { stderr } = spawnSync('bash', {
    input: revivalScript,
    encoding: 'utf8',
    env: { PATH: `${folder}:${process.env['PATH'] ?? ''}` },
  })
  expect(stderr).toBe('')
  const started = join(folder, 'started')
  return existsSync(started) ? readFileSync(started, 'utf8').trim() : ''
}

it.each([
  ['what the engine could not start again', 'unless-stopped task 5ea1ed: already exists', '5ea1ed'],
  ['nothing that a person has stopped', 'unless-stopped ', ''],
  ['nothing that is to run once', 'no task 5ea1ed: already exists', ''],
])('starts %s', (_, state, started) => {
  expect(revive(state)).toBe(started)
})

it('ends what watched over the process that is gone, and nothing else', async () => {
  const shim = join(folder, 'containerd-shim-runc-v2')
  const script = 'if [[ ${!#} == child ]]; then sleep 60 & fi; echo begun; read -r'
  writeFileSync(shim, `#!/bin/bash\n${script}\n`)
  chmodSync(shim, 0o755)
  const begin = async (...args: string[]) => {
    const child = spawn('bash', ['-c', 'exec -a "$0" bash "$0" "$@"', shim, ...args])
    await once(child.stdout, 'data')
    return child
  }
  const left = await begin('-id', '5ea1ed', '-address', 'x')
  const others = [
    await begin('-id', '5ea1ed9', '-address', 'x'),
    await begin('-id', '5ea1ed', 'child'),
  ]
  const ended = once(left, 'exit')
  revive('unless-stopped task 5ea1ed: already exists')
  expect(await ended).toEqual([null, 'SIGKILL'])
  for (const other of others) {
    expect(other.exitCode ?? other.signalCode).toBe(null)
    other.stdin.end()
    expect(await once(other, 'exit')).toEqual([1, null])
  }
})
