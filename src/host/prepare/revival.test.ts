import { spawn, spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
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
  writeFileSync(
    shim,
    '#!/bin/bash\nif [[ ${!#} == child ]]; then sleep 60 & wait; else read -r; fi\n',
  )
  chmodSync(shim, 0o755)
  const begin = (...args: string[]) =>
    spawn('bash', ['-c', 'exec -a "$0" bash "$0" "$@"', shim, ...args], {
      stdio: ['pipe', 'ignore', 'ignore'],
    })
  const [left, other, parent] = [
    begin('-id', '5ea1ed', '-address', 'x'),
    begin('-id', '5ea1ed9', '-address', 'x'),
    begin('-id', '5ea1ed', 'child'),
  ]
  await new Promise((resolve) => setTimeout(resolve, 300))
  revive('unless-stopped task 5ea1ed: already exists')
  await new Promise((resolve) => setTimeout(resolve, 300))
  try {
    expect([left, other, parent].map(({ signalCode }) => signalCode)).toEqual([
      'SIGKILL',
      null,
      null,
    ])
  } finally {
    other.kill()
    parent.kill()
  }
})
