import { spawn } from 'node:child_process'
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Remote } from '../ssh/remote.js'
import { holdsAddresses, leaveAddresses, receiveAddresses } from './floating-address.js'

/** A host made of files: `holds`, `served` (requests that are under way), and `log`, what was done to it. */
let directory: string
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'floating-'))
  await program('ip', '[[ ! -e $HERE/holds ]] || echo "2: eth0 inet $7/32"')
  await program(
    'ss',
    `if [[ $1 == --kill ]]; then echo "kill \${*: -2}" >>$HERE/log
elif [[ -s $HERE/served ]]; then cat $HERE/served; sed -i 1d $HERE/served; fi`,
  )
  await program(
    'docker',
    `case $1 in
  exec) cut -d ' ' -f 5- >>$HERE/log ;;
  stop) echo "$*" >>$HERE/log; rm -f $HERE/holds ;;
esac`,
  )
  await program(
    'iptables',
    `shift; rule=\${*: -3:1}; echo "\${1#--} $rule" >>$HERE/log
case $1 in
  --insert) touch $HERE/rule$rule ;;
  --delete) rm $HERE/rule$rule ;;
esac`,
  )
})
afterEach(() => rm(directory, { recursive: true }))

async function program(name: string, script: string): Promise<void> {
  await writeFile(join(directory, name), `#!/bin/bash\n${script}\n`)
  await chmod(join(directory, name), 0o755)
}

const here = {
  host: 'kolla1',
  async runOrFail(script: string) {
    const child = spawn('bash', ['-c', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { PATH: `${directory}:${process.env['PATH']}`, HERE: directory },
    })
    const closed = new Promise<number>((resolve) => child.once('close', resolve))
    const stdout = await text(child.stdout)
    expect(await closed).toBe(0)
    return { code: 0, stdout, stderr: '' }
  },
} as unknown as Remote

const write = (name: string, content = '') => writeFile(join(directory, name), content)
const log = async () => (await readFile(join(directory, 'log'), 'utf8')).trim().split('\n')
const floating = { addresses: ['192.168.8.75'], ports: [5000] }
const signal = new AbortController().signal

describe('the host that has the floating address', () => {
  beforeEach(() => write('holds'))

  it('holds new clients back, answers the others, closes what they keep, and lets go', async () => {
    await write('served', 'one\none\n')
    expect(await holdsAddresses(here, floating)).toBe(true)
    await leaveAddresses(here, floating, { seconds: 5 })
    expect(await log()).toEqual([
      'insert 5000',
      'proc.leaving bool(true)',
      'proc.leaving bool(false)',
      'insert --syn',
      'kill src 192.168.8.75',
      'stop keepalived',
      'kill src 192.168.8.75',
      'delete 5000',
      'delete 5000',
      'delete --syn',
      'delete --syn',
      'proc.leaving bool(false)',
    ])
    expect(await readFile(join(directory, 'served'), 'utf8')).toBe('')
  })

  it('does not wait for a request that takes too long', async () => {
    await write('served', 'one\n'.repeat(10_000))
    await leaveAddresses(here, floating, { seconds: 1 })
    expect(await log()).toContain('stop keepalived')
  })
})

describe('another host', () => {
  it('stops keepalived, and touches no connection', async () => {
    expect(await holdsAddresses(here, floating)).toBe(false)
    await leaveAddresses(here, floating, { seconds: 5 })
    expect(await log()).toEqual(['stop keepalived'])
  })

  it('that gets the address ends its own connections to it', async () => {
    const received = receiveAddresses(here, floating, { seconds: 5, signal })
    await write('holds')
    expect(await received).toBe(true)
    expect(await log()).toEqual(['kill dst 192.168.8.75'])
  })

  it('that does not get it ends nothing', async () => {
    expect(await receiveAddresses(here, floating, { seconds: 0, signal })).toBe(false)
    await expect(log()).rejects.toThrow()
  })
})
