import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { BadInput } from '../client/errors.js'
import { FakeHost } from '../ssh/fake-host.js'
import { readKnownHosts } from '../ssh/known-hosts.js'
import { trustHosts } from './trust-hosts.js'

let folder: string
let hosts: FakeHost[]
let lines: string[]

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'trust-'))
  vi.stubEnv('KOLLA_TEMPORAL_STATE', join(folder, 'state'))
  hosts = await Promise.all([FakeHost.start(), FakeHost.start()])
  const [kolla1, gate] = hosts.map(({ target }) => target.connection)
  lines = []
  vi.spyOn(console, 'log').mockImplementation((line: string) => void lines.push(line))
  await writeFile(join(folder, 'globals.yml'), 'kolla_internal_vip_address: 10.0.0.9\n')
  await writeFile(
    join(folder, 'multinode'),
    `[control]
kolla1 ansible_host=127.0.0.1 ansible_port=${kolla1?.port}
[network:children]
control
[all:vars]
ansible_ssh_common_args=-o ProxyCommand="ssh -i ${gate?.privateKeyFile} -p ${gate?.port} -W %h:%p root@127.0.0.1"
`,
  )
})

afterEach(async () => {
  vi.unstubAllEnvs()
  vi.restoreAllMocks()
  await Promise.all(hosts.map((host) => host.stop()))
  await rm(folder, { recursive: true })
})

it('shows and records the key of every hop, the nearest first', async () => {
  await trustHosts({ configdir: folder }, { yes: true })
  const known = join(folder, 'known_hosts')
  expect(lines).toEqual([
    expect.stringMatching(/^jump host 127.0.0.1 {2}ssh-ed25519 SHA256:\S+ {2}new$/),
    `recorded in ${known}: 1`,
    expect.stringMatching(/^kolla1 {2}ssh-ed25519 SHA256:\S+ {2}new$/),
    `recorded in ${known}: 1`,
  ])
  const text = await readKnownHosts(known)
  for (const { publicKey } of hosts) expect(text).toContain(publicKey.toString('base64'))
  lines = []
  await trustHosts({ configdir: folder }, {})
  expect(lines.map((line) => line.split('  ').at(-1))).toEqual(['known', 'known'])
})

it('goes through no jump host whose key has changed', async () => {
  const [, gate] = hosts
  await trustHosts({ configdir: folder }, { yes: true })
  const known = join(folder, 'known_hosts')
  const [kolla1] = hosts
  const swapped = `[127.0.0.1]:${gate?.target.connection.port} ssh-ed25519 ${kolla1?.publicKey.toString('base64')}\n`
  await writeFile(known, swapped)
  const failure = await trustHosts({ configdir: folder }, { yes: true }).catch((it: unknown) => it)
  expect(failure).toBeInstanceOf(BadInput)
  expect((failure as BadInput).findings.map(({ host }) => host)).toEqual(['jump host 127.0.0.1'])
  expect(await readKnownHosts(known)).toBe(swapped)
})
