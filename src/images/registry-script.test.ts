import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

const script = fileURLToPath(new URL('../../images/registry.sh', import.meta.url))

/** A build host with the address 192.168.8.73, whose tools write down that they were called. */
let bin: string

beforeEach(() => {
  bin = mkdtempSync(join(tmpdir(), 'registry-script-'))
  tool('ip', "echo 'eth0 UP 192.168.8.73/24'")
  tool('getent', 'case $2 in *[a-z]*) exit 2 ;; *) echo "$2 STREAM" ;; esac')
  for (const name of ['apt-get', 'docker', 'docker-registry', 'systemctl', 'curl']) {
    tool(name, `echo ${name} >>${join(bin, 'calls')}; exit 1`)
  }
})

afterEach(() => rmSync(bin, { recursive: true }))

function tool(name: string, body: string) {
  writeFileSync(join(bin, name), `#!/bin/bash\n${body}\n`, { mode: 0o755 })
}

function start(address: string) {
  const PATH = `${bin}:${process.env['PATH'] ?? ''}`
  const { status, stdout, stderr } = spawnSync('bash', [script, address], {
    encoding: 'utf8',
    env: { PATH },
  })
  const calls = existsSync(join(bin, 'calls')) ? readFileSync(join(bin, 'calls'), 'utf8') : ''
  return { status, stdout, stderr, calls }
}

describe('registry.sh', () => {
  it.each(['192.168.8.7:5000', '192.168.8.74:5000', 'registry.example.com:5000', 'quay.io'])(
    'starts none where %s is served elsewhere',
    (address) => {
      expect(start(address)).toEqual({
        status: 0,
        stdout: `${address} is served elsewhere.\n`,
        stderr: '',
        calls: '',
      })
    },
  )

  it('wants a port where it is to serve', () => {
    expect(start('192.168.8.73')).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('names no port') as string,
      calls: '',
    })
  })
})
