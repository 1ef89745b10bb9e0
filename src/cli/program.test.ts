import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Command } from 'commander'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { BadInput, CloudBusy } from '../client/errors.js'
import { readClouds } from '../state/clouds.js'
import { chooseCloud, chooseFiles, cloudOfHistory } from './cloud-choice.js'
import { AlreadyShown, describeError, exitCode, UsageError } from './exit.js'
import { locationOf } from './options.js'
import { createProgram } from './program.js'

/** What a command line means: the verb's name and the options of all levels. */
async function parsed(...words: string[]): Promise<{ verb: string; options: object }> {
  const program = createProgram('0.0.0')
  let verb: Command | undefined
  program.hook('preAction', (_, action) => {
    verb = action
    throw new Error('not run')
  })
  program.configureOutput({ writeErr: () => undefined, writeOut: () => undefined })
  const error = await program.parseAsync(words, { from: 'user' }).catch((e: unknown) => e)
  if (!verb || (error as Error).message !== 'not run') throw error as Error
  return { verb: verb.name(), options: verb.optsWithGlobals() }
}

describe('the command line', () => {
  it('takes options before and after the verb', async () => {
    const options = {
      inventory: 'multinode',
      configdir: '.',
      tags: ['keystone', 'glance'],
      json: true,
    }
    const words = ['-i', 'multinode', '--configdir', '.', '--tags', 'keystone,glance', '--json']
    expect(await parsed(...words, 'deploy')).toEqual({ verb: 'deploy', options })
    expect(await parsed('deploy', ...words)).toEqual({ verb: 'deploy', options })
    expect(await parsed('-i', 'multinode', 'deploy', ...words.slice(2))).toEqual({
      verb: 'deploy',
      options,
    })
  })

  it("has kolla-ansible's verbs and ours", () => {
    const names = createProgram('0.0.0').commands.map((command) => command.name())
    expect(names).toEqual([
      ...['genpwd', 'trust', 'bootstrap-servers', 'build', 'pull', 'prechecks', 'plan', 'deploy'],
      ...['reconfigure', 'post-deploy', 'remove-osd', 'wipe-disk', 'check', 'mariadb-backup'],
      ...['mariadb-restore'],
      ...['mariadb-recovery', 'mariadb-rejoin', 'init-runonce'],
      ...['drain-compute', 'enable-compute', 'remove-compute'],
      ...['upgrade', 'rollback', 'releases', 'prune'],
      ...['approve', 'decide', 'pause', 'resume'],
      ...['attach', 'abort', 'history', 'explain', 'server'],
    ])
  })

  it('refuses what means nothing to a verb', async () => {
    await expect(parsed('-i', 'a', '-i', 'b', 'plan')).rejects.toThrow(
      '--inventory names one file: put a and this into one',
    )
    await expect(parsed('pull', '--tags', 'x')).rejects.toThrow('--tags means nothing to pull')
    await expect(parsed('--limit', 'kolla1', 'deploy')).rejects.toThrow(
      '--limit means nothing to deploy',
    )
    await expect(parsed('decide', 'perhaps')).rejects.toThrow(
      'Allowed choices are retry, skip, rollback, abort.',
    )
    await expect(parsed('depoly')).rejects.toThrow('Did you mean deploy?')
    await expect(parsed('drain-compute')).rejects.toThrow("missing required argument 'host'")
    expect(await parsed('bootstrap-servers', '--limit', 'kolla1')).toMatchObject({
      options: { limit: ['kolla1'] },
    })
  })

  it('counts usage errors as bad input, help as done', async () => {
    for (const [words, code] of [
      [['--nonsense'], 2],
      [['--help'], 0],
      [['--version'], 0],
    ] as const) {
      const error = await parsed(...words).catch((e: unknown) => e)
      expect(exitCode(error)).toBe(code)
    }
  })
})

describe('exit codes and messages', () => {
  it('are 2 for what a person must mend and 1 for failures', () => {
    const bad = new BadInput([
      { severity: 'error', message: 'unknown group', file: 'globals.yml', line: 12, column: 3 },
      { severity: 'error', message: 'unreachable', host: 'kolla2' },
    ])
    expect(exitCode(bad)).toBe(2)
    expect(exitCode(new AlreadyShown(bad))).toBe(2)
    expect(describeError(bad)).toBe(
      'globals.yml:12:3: error: unknown group\nkolla2: error: unreachable',
    )
    const busy = new CloudBusy('demo-deploy-1 is running', 'demo-deploy-1')
    expect(exitCode(busy)).toBe(1)
    expect(describeError(busy)).toBe('error: demo-deploy-1 is running')
  })
})

describe('the cloud', () => {
  let folder: string

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'kolla-temporal-'))
    vi.stubEnv('KOLLA_TEMPORAL_STATE', join(folder, 'state'))
    vi.stubEnv('KOLLA_CONFIG_PATH', join(folder, 'none'))
    for (const name of ['globals.yml', 'multinode']) await writeFile(join(folder, name), '')
  })
  afterEach(async () => {
    vi.unstubAllEnvs()
    await rm(folder, { recursive: true })
  })

  it('is registered under its name when its files are here', async () => {
    expect(await chooseCloud({ configdir: folder, cloud: 'demo' })).toBe('demo')
    const location = { configdir: folder, inventory: join(folder, 'multinode') }
    expect(await readClouds(join(folder, 'state'))).toEqual({ demo: location })
    expect(await chooseFiles({ cloud: 'demo' })).toEqual({ name: 'demo', location })
  })

  it('tells when its name begins to mean other files', async () => {
    const said = vi.spyOn(console, 'error').mockReturnValue(undefined)
    await chooseCloud({ configdir: folder, cloud: 'demo' })
    await chooseCloud({ configdir: folder, cloud: 'demo' })
    expect(said).not.toHaveBeenCalled()
    await writeFile(join(folder, 'other'), '')
    await chooseCloud({ configdir: folder, inventory: join(folder, 'other'), cloud: 'demo' })
    expect(said.mock.calls).toEqual([
      [`the cloud demo was ${folder} (with multinode); from now on it is ${folder} (with other)`],
    ])
    said.mockRestore()
  })

  it('is only a name when no files are named', async () => {
    expect(await chooseCloud({ cloud: 'far' })).toBe('far')
    expect(await readClouds(join(folder, 'state'))).toEqual({})
    await expect(chooseFiles({ cloud: 'far' })).rejects.toThrow('this machine knows no cloud far')
  })

  it('is registered with where the passwords of its ansible-vault are, and keeps that', async () => {
    const registered = async () => (await readClouds(join(folder, 'state')))['demo']?.vaultIds
    const options = { configdir: folder, cloud: 'demo' }
    await chooseCloud({
      ...options,
      vaultPasswordFile: ['/etc/vault'],
      vaultId: ['prod@/etc/prod'],
    })
    const ids = [
      { label: 'prod', source: '/etc/prod' },
      { label: 'default', source: '/etc/vault' },
    ]
    expect(await registered()).toEqual(ids)
    await chooseCloud(options)
    await chooseCloud({ cloud: 'demo' })
    expect(await registered()).toEqual(ids)
    expect((await chooseFiles(options)).location.vaultIds).toEqual(ids)
    vi.stubEnv('ANSIBLE_VAULT_PASSWORD_FILE', '~/pass')
    await chooseCloud({ cloud: 'demo' })
    expect(await registered()).toEqual([{ label: 'default', source: join(homedir(), 'pass') }])
    vi.stubEnv('ANSIBLE_VAULT_IDENTITY_LIST', 'dev@/dev-pass, /other')
    await chooseCloud(options)
    expect(await registered()).toEqual([
      { label: 'dev', source: '/dev-pass' },
      { label: 'default', source: '/other' },
      { label: 'default', source: join(homedir(), 'pass') },
    ])
  })

  it.each([{ askVaultPassword: true }, { vaultId: ['prod@prompt'] }] as const)(
    'is not opened by asking a person: %j',
    async (options) => {
      await expect(chooseCloud({ configdir: folder, ...options })).rejects.toThrow(
        'can ask nobody for a password',
      )
    },
  )

  it('needs its files, and says which are not there', async () => {
    await expect(chooseCloud({})).rejects.toThrow(
      `there is no ${join(folder, 'none', 'globals.yml')}`,
    )
    const other = { configdir: folder, inventory: join(folder, 'other') }
    await expect(chooseCloud(other)).rejects.toThrow('name it with -i FILE')
  })

  it('follows kolla-ansible in its defaults', () => {
    expect(locationOf({}, {})).toEqual({
      configdir: '/etc/kolla',
      inventory: '/etc/kolla/multinode',
    })
    expect(locationOf({}, { KOLLA_CONFIG_PATH: '/srv/kolla' })?.configdir).toBe('/srv/kolla')
  })

  it('has one name: files that are here go by the one that they were registered under', async () => {
    await chooseCloud({ configdir: folder, cloud: 'demo' })
    expect(await chooseCloud({ configdir: folder })).toBe('demo')
    expect(await cloudOfHistory({ configdir: folder })).toBe('demo')
    const again = chooseCloud({ configdir: folder, cloud: 'other' })
    await expect(again).rejects.toThrow(UsageError)
    await expect(again).rejects.toThrow(`${folder} is the cloud demo, not other`)
  })

  it('of the history is all clouds when nothing names one', async () => {
    expect(await cloudOfHistory({})).toBeUndefined()
    expect(await cloudOfHistory({ cloud: 'demo' })).toBe('demo')
    expect(await cloudOfHistory({ configdir: folder })).toBe(folder.split('/').at(-1))
  })
})
