import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { testFiles } from '../src/catalog/testing/cloud.js'
import { HostUnreachable } from '../src/ssh/errors.js'
import { registerCloud } from '../src/state/clouds.js'
import type { CloudFiles } from '../src/model/cloud.js'
import type { Adapters } from './adapters.js'
import { checkFiles } from './check-files.js'
import { CloudContexts } from './cloud-context.js'
import { cloudActivities } from './clouds.js'
import { Secrets } from './redact.js'

let folder: string

function adaptersWith(stateDirectory: string, secrets: Secrets): Adapters {
  const check = (files: CloudFiles) => Promise.resolve(checkFiles(files))
  return { stateDirectory, secrets, checkFiles: check } as Adapters
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kolla-temporal-'))
  const { inventory, globals, passwords } = testFiles()
  for (const { path, text } of [inventory, globals, passwords]) {
    await writeFile(join(folder, path), text)
  }
})
afterEach(() => rm(folder, { recursive: true }))

it('what a broken cloud shows of its secrets is hidden before anybody is told', async () => {
  const stateDirectory = join(folder, 'state')
  const secrets = new Secrets()
  const adapters = adaptersWith(stateDirectory, secrets)
  await mkdir(join(folder, 'config'))
  await writeFile(join(folder, 'passwords.yml'), 'keystone_admin_password: Hunter2\nx: [')
  await writeFile(join(folder, 'config', 'keystone.conf'), '[ldap]\npassword = Hunter3\n')
  const location = { configdir: folder, inventory: join(folder, 'multinode') }
  await registerCloud(stateDirectory, 'demo', location)

  const opening = cloudActivities(adapters, new CloudContexts(adapters)).openCloud('deploy', {
    cloud: 'demo',
  })
  await expect(opening).rejects.toThrow('this is no YAML')
  expect(secrets.redact('Hunter2 and Hunter3')).toBe('*** and ***')
})

it('an operation stays with the directory that it began with, wherever the name points later', async () => {
  const stateDirectory = join(folder, 'state')
  const adapters = adaptersWith(stateDirectory, new Secrets())
  const contexts = new CloudContexts(adapters)
  const register = (configdir: string) =>
    registerCloud(stateDirectory, 'demo', { configdir, inventory: join(configdir, 'multinode') })

  await register(folder)
  const { ref } = await cloudActivities(adapters, contexts).openCloud('deploy', { cloud: 'demo' })
  await register('/elsewhere')

  expect((await new CloudContexts(adapters).get(ref)).configdir).toBe(folder)
})

async function opened(stateDirectory: string) {
  const adapters = adaptersWith(stateDirectory, new Secrets())
  const contexts = new CloudContexts(adapters)
  const { ref } = await cloudActivities(adapters, contexts).openCloud('deploy', { cloud: 'demo' })
  return { contexts, ref }
}

const here = () => ({ configdir: folder, inventory: join(folder, 'multinode') })

it('a worker with another state directory is refused work on it, with the reason', async () => {
  const [state, other] = [join(folder, 'state'), join(folder, 'other')]
  await registerCloud(state, 'demo', here())
  const { ref } = await opened(state)
  const stranger = new CloudContexts({ stateDirectory: other, secrets: new Secrets() } as Adapters)
  await expect(stranger.get(ref)).rejects.toMatchObject({
    type: 'WrongWorker',
    nonRetryable: false,
    message: expect.stringContaining(`has another state directory (${other})`) as unknown,
  })
})

it('of a directory with two names no operation begins', async () => {
  const state = join(folder, 'state')
  await mkdir(state)
  await writeFile(join(state, 'clouds.yml'), JSON.stringify({ demo: here(), twin: here() }))
  await expect(opened(state)).rejects.toThrow(
    `${folder} is registered as demo and as twin: one directory is one cloud`,
  )
})

it('a host is fenced unless it only builds images, which clouds may share', async () => {
  const state = join(folder, 'state')
  const inventory = join(folder, 'multinode')
  const lines = '[registry]\nkolla1\nkollar\n'
  await writeFile(inventory, `${await readFile(inventory, 'utf8')}${lines}`)
  await registerCloud(state, 'demo', here())
  const { contexts, ref } = await opened(state)
  const cloud = await contexts.get(ref)
  expect(['kolla1', 'kolla2', 'kollar'].map((host) => cloud.isShared(host))).toEqual([
    false,
    false,
    true,
  ])
})

it('what the run works from that holds the cloud is kept', async () => {
  const state = join(folder, 'state')
  await registerCloud(state, 'demo', here())
  const { contexts, ref } = await opened(state)
  const hold = { since: 1, lock: 'lock-1', holder: 'demo-deploy-1' }
  const cloud = await contexts.get({ ...ref, hold })
  expect(cloud.lock).toBe('lock-1')
  const held = await readFile(join(state, 'clouds', 'demo', 'held.json'), 'utf8')
  expect(held).toContain(`files/${ref.files}.json`)
})

describe('globals in terms of what hosts are', () => {
  const asking =
    'kolla_internal_vip_address: 192.168.8.75\nnetwork_interface: "{{ ansible_default_ipv4.interface }}"\n'
  const shown = (nic: string) => `@@ os-release
ID=debian
VERSION_ID="12"
@@ hostname
kolla
@@ cpus
4
@@ memory
8000000
@@ interfaces
[{"ifname":"${nic}","addr_info":[{"family":"inet","local":"192.168.8.70","prefixlen":24}]}]
@@ default-route
[{"dst":"default","gateway":"192.168.8.1","dev":"${nic}","flags":[]}]
@@ openvswitch
`

  async function openedWith(answer: (host: string) => Promise<{ stdout: string }>) {
    const stateDirectory = join(folder, 'state')
    await writeFile(join(folder, 'globals.yml'), asking)
    await registerCloud(stateDirectory, 'demo', here())
    const remote = ({ host }: { host: string }) => ({ host, runOrFail: () => answer(host) })
    const ssh = { remote } as unknown as Adapters['ssh']
    const adapters = { ...adaptersWith(stateDirectory, new Secrets()), ssh }
    const contexts = new CloudContexts(adapters)
    const { ref } = await cloudActivities(adapters, contexts).openCloud('plan', { cloud: 'demo' })
    return contexts.get(ref)
  }

  it('are read with the answers of all hosts, which the run stays with', async () => {
    const answer = (host: string) => Promise.resolve({ stdout: shown(`nic-of-${host}`) })
    const { cloud } = await openedWith(answer)
    expect(cloud.hosts.map(({ globals }) => globals.api_interface)).toEqual([
      'nic-of-kolla1',
      'nic-of-kolla2',
      'nic-of-kolla3',
    ])
  })

  it('name every host that does not answer', async () => {
    const opening = openedWith((host) => Promise.reject(new HostUnreachable(host, 'no answer')))
    await expect(opening).rejects.toThrow(
      'kolla1: error: no answer\nkolla2: error: no answer\nkolla3: error: no answer',
    )
  })
})
