import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { testFiles } from '../src/catalog/testing/cloud.js'
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
