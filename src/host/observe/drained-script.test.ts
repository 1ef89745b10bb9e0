import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { drainedScript } from './drained-script.js'
import { sectionFunction, splitSections } from './script.js'

let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'drained-'))
  mkdirSync(join(root, 'notes'))
  mkdirSync(join(root, 'volumes/haproxy_socket/_data'), { recursive: true })
})
afterEach(() => rmSync(root, { recursive: true }))

async function look(): Promise<string[]> {
  const script = [sectionFunction, `docker=(20 '${root}')`, drainedScript(join(root, 'notes'))]
  const bash = spawn('bash', ['-c', script.join('\n')], { stdio: ['ignore', 'pipe', 'inherit'] })
  let output = ''
  for await (const part of bash.stdout) output += String(part)
  return splitSections(output)('drained')
}

/** As HAProxy 2.6 and 3.0 answer: be_id be_name srv_id srv_name srv_addr srv_op_state srv_admin_state … */
const answer = `1
# be_id be_name srv_id srv_name srv_addr srv_op_state srv_admin_state srv_uweight
5 mariadb_back 1 kolla1 192.168.8.70 2 0 1 1
5 mariadb_back 2 kolla2 192.168.8.71 2 8 1 1
5 mariadb_back 3 kolla3 192.168.8.72 0 1 1 1
6 keystone_internal_back 1 kolla1 192.168.8.70 2 12 1 1
`

it('tells the members that HAProxy was told to drain, not those in maintenance', async () => {
  let asked = ''
  const haproxy = createServer((socket) => {
    socket.on('data', (data) => {
      // A line may come in two pieces.
      asked += String(data)
      if (asked.endsWith('\n')) socket.end(answer)
    })
  }).listen(join(root, 'volumes/haproxy_socket/_data/haproxy.sock'))
  try {
    expect(await look()).toEqual(['mariadb_back/kolla2', 'keystone_internal_back/kolla1'])
    expect(asked.trim()).toBe('show servers state')
  } finally {
    haproxy.close()
  }
})

it('tells the notes that are there; where no HAProxy runs, nothing more', async () => {
  expect(await look()).toEqual([])
  writeFileSync(join(root, 'notes', 'osd.3 out'), '')
  expect(await look()).toEqual(['osd.3 out'])
})
