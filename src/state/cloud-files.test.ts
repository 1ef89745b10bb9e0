import { execFile, execFileSync } from 'node:child_process'
import { copyFile, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { testFiles } from '../catalog/testing/cloud.js'
import type { CloudFiles } from '../model/cloud.js'
import { formatFinding } from '../model/finding.js'
import { readCloud } from '../model/read-cloud.js'
import { besides, configdirOf, readCloudFiles } from './cloud-files.js'
import { Snapshots } from './snapshots.js'

const files = testFiles()
const at = (folder: string, text: string) => ({
  ...files,
  inventory: { path: `${folder}/hosts/multinode`, text },
  inventoryVars: [{ path: `${folder}/hosts/group_vars/all.yml`, text }],
  globals: { path: `${folder}/globals.yml`, text },
  globalsD: [{ path: `${folder}/globals.d/a.yml`, text }],
  passwords: { path: `${folder}/passwords.yml`, text },
})

it('kept files are taken for those of the directory where the cloud is now', () => {
  const moved = besides(at('/old', 'then'), at('/new', 'now'))
  expect(moved).toEqual(at('/new', 'then'))
  expect(configdirOf(moved)).toBe('/new')
})

describe('files on disk', () => {
  let folder: string
  const location = () => ({ configdir: folder, inventory: join(folder, 'multinode') })
  const write = async (path: string, text: string) => {
    const file = join(folder, path)
    await mkdir(dirname(file), { recursive: true })
    await writeFile(file, text)
  }
  const readAll = () => readCloudFiles('demo', location())

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'kolla-temporal-'))
    for (const { path, text } of [files.inventory, files.globals, files.passwords]) {
      await write(path, text)
    }
  })
  afterEach(() => rm(folder, { recursive: true }))

  it('of globals.d are read by name, whatever kolla-ansible reads there', async () => {
    await write('globals.d/20.yaml', 'network_interface: b')
    await write('globals.d/10.yml', 'network_interface: a\ncluster_interface: a')
    await write('globals.d/30.json', '{"tunnel_interface": "c"}')
    await write('globals.d/40.yml~', 'network_interface: d')
    await write('globals.d/50.yml/nested.yml', 'network_interface: e')
    const read = await readAll()
    expect(read.globalsD?.map(({ path }) => path)).toEqual(
      ['10.yml', '20.yaml', '30.json'].map((name) => join(folder, 'globals.d', name)),
    )
    expect(readCloud(read).cloud?.globals).toMatchObject({
      network_interface: 'b',
      cluster_interface: 'a',
      tunnel_interface: 'c',
    })
  })

  it('of group_vars and host_vars lie beside the inventory', async () => {
    await write('hosts/multinode', files.inventory.text)
    await write('hosts/host_vars/kolla2.yml', 'api_interface: two')
    await write('hosts/group_vars/.all.yml.swp', 'api_interface: hidden')
    await write('shared/net.yml', 'api_interface: shared')
    await symlink(join(folder, 'shared'), join(folder, 'hosts/group_vars/all'))
    await write('group_vars/all.yml', 'api_interface: elsewhere')
    const inventory = join(folder, 'hosts', 'multinode')
    const { cloud, findings } = readCloud(
      await readCloudFiles('demo', { configdir: folder, inventory }),
    )
    expect(findings).toEqual([])
    expect(cloud?.hosts.map(({ globals }) => globals.api_interface)).toEqual([
      'shared',
      'two',
      'shared',
    ])
  })

  it('change the digest of a snapshot, which keeps them', async () => {
    const snapshots = new Snapshots(join(folder, 'state'), 'demo')
    const before = await snapshots.keepFiles(await readAll())
    await write('globals.d/a.yml', 'network_interface: eth7')
    const after = await snapshots.keepFiles(await readAll())
    expect(after).not.toBe(before)
    const { cloud } = readCloud(await snapshots.files(after))
    expect(cloud?.globals.network_interface).toBe('eth7')
  })

  it('that an earlier version kept can still be read', async () => {
    const { name, inventory, globals, passwords, overrides } = await readAll()
    const old: CloudFiles = { name, inventory, globals, passwords, overrides }
    expect(readCloud(old).cloud?.name).toBe('demo')
    expect(besides(old, await readAll())).toEqual(old)
  })

  it('of ssh are read with what they include, relative to their own folder', async () => {
    await write('ssh/config', 'Include conf.d/*.conf\nInclude nothing/*\nHost *\n  Port 3\n')
    await write('ssh/conf.d/b.conf', 'Host kolla2\n  Port 2\n')
    await write('ssh/conf.d/a.conf', 'Host kolla1\n  HostName 10.0.0.7\n  Include c\n')
    await write('ssh/conf.d/README', 'Host *\n  Port 9\n')
    await write('ssh/c', 'Port 1\n')
    const read = await readCloudFiles('demo', location(), join(folder, 'ssh/config'))
    const { cloud } = readCloud(read)
    expect(cloud?.hosts.map(({ connection }) => connection.port)).toEqual([1, 2, 3])
    const none = await readCloudFiles('demo', location(), join(folder, 'ssh/none'))
    expect(none.sshConfig).toBeUndefined()
    expect(besides(none, read).sshConfig).toEqual(read.sshConfig)
    expect(besides(read, none)).toEqual(none)
  })

  describe('that ansible-vault has encrypted', () => {
    const vault = join(import.meta.dirname, 'vault', 'testdata')
    const source = join(vault, 'password')
    const known = () => ({ ...location(), vaultIds: [{ label: 'default', source }] })
    beforeEach(async () => {
      await copyFile(join(vault, 'passwords.yml'), join(folder, 'passwords.yml'))
      await mkdir(join(folder, 'config'))
      await copyFile(join(vault, 'passwords.yml'), join(folder, 'config/keystone.conf'))
    })

    it('are read by who knows the password, and kept in snapshots alone', async () => {
      const read = await readCloudFiles('demo', known())
      const { cloud } = readCloud(read)
      expect(cloud?.passwords['database_password']).toBe('from-the-vault')
      expect(cloud?.overrides[0]?.text).toContain('from-the-vault')
      await new Snapshots(join(folder, 'state'), 'demo').keepFiles(read)
      const { stdout } = await promisify(execFile)('grep', ['-rl', 'from-the-vault', folder])
      expect(stdout).toMatch(/^\S+\/state\/clouds\/demo\/files\/\w+\.json\n$/)
    })

    it('are one sentence without a password, and nothing is called missing', async () => {
      const { cloud, findings } = readCloud(await readAll(), () => ['database_password', 'b', 'c'])
      expect(cloud).toBeUndefined()
      expect(findings).toHaveLength(1)
      expect(findings[0]?.message).toMatch(/^ansible-vault has encrypted this: name the file/)
    })
  })

  it('that are links to nothing, or in circles, are a warning', async () => {
    await write('config/keystone.conf', '[token]\n')
    await symlink('nowhere', join(folder, 'config/nova.conf'))
    await symlink('self', join(folder, 'config/self'))
    await symlink('..', join(folder, 'config/again'))
    await write('group_vars/all/a.yml', 'api_interface: eth7')
    await symlink('/nowhere', join(folder, 'group_vars/all/b.yml'))
    const { cloud, findings } = readCloud(await readAll())
    expect(cloud?.globals.api_interface).toBe('eth7')
    expect(cloud?.overrides.map(({ path }) => path)).toContain('keystone.conf')
    expect(findings.map((it) => formatFinding(it).replace(`${folder}/`, '')).sort()).toEqual([
      'config/again/config: warning: this links to a folder that it is in: remove it',
      ...[
        'config/again/group_vars/all/b.yml',
        'config/nova.conf',
        'config/self',
        'group_vars/all/b.yml',
      ].map((path) => `${path}: warning: this links to nothing: remove it, or mend the link`),
    ])
  })

  it('of config that are large or no text are not read', async () => {
    await write('config/ironic/ironic-agent.initramfs', 'x'.repeat(2 * 1024 * 1024))
    await mkdir(join(folder, 'config/horizon'))
    await writeFile(join(folder, 'config/horizon/logo.png'), Buffer.from([0x89, 0xff, 0]))
    const files = await readAll()
    expect(files.overrides.map(({ path, text, problem }) => [path, text, problem])).toEqual([
      ['horizon/logo.png', '', 'this is no text in UTF-8'],
      ['ironic/ironic-agent.initramfs', '', 'this is larger than 1024 KiB, as no such file is'],
    ])
    expect(readCloud(files).cloud).toBeDefined()
  })

  it.each(['globals.yml', 'passwords.yml', 'multinode', 'globals.d/a.yml', 'host_vars/kolla1.yml'])(
    'that are no UTF-8 are refused: %s',
    async (path) => {
      await write(path, '')
      await writeFile(join(folder, path), Buffer.from('a: caf\xe9', 'latin1'))
      const { cloud, findings } = readCloud(await readAll())
      expect(cloud).toBeUndefined()
      expect(findings.map(formatFinding)).toEqual([
        `${folder}/${path}: error: this is no text in UTF-8`,
      ])
    },
  )

  it.each(['globals.d/pipe.yml', 'group_vars/all/pipe.yml', 'config/pipe.conf'])(
    'a pipe is not read, and holds up nobody: %s',
    async (path) => {
      await mkdir(dirname(join(folder, path)), { recursive: true })
      execFileSync('mkfifo', [join(folder, path)])
      // Four reads of pipes are all that a process can have open at once.
      const all = await Promise.all(Array.from({ length: 8 }, readAll))
      const { findings } = readCloud(all[0] as CloudFiles)
      const refused = `${folder}/${path}: error: this is a pipe or a device: name a file`
      expect(findings.map(formatFinding)).toEqual(path.startsWith('globals.d') ? [refused] : [])
    },
  )

  it('a file that nobody writes is refused', async () => {
    await write('globals.yml', 'x'.repeat(2 ** 20 + 1))
    const { findings } = readCloud(await readAll())
    expect(findings.map(formatFinding)).toEqual([
      `${folder}/globals.yml: error: this is larger than 1024 KiB, as no such file is`,
    ])
  })

  it('files that are too much together are refused', async () => {
    const names = Array.from({ length: 18 }, (_, at) => `globals.d/${at}.yml`)
    for (const name of names) await write(name, '# '.repeat(2 ** 19))
    const { findings } = readCloud(await readAll())
    expect(findings[0]?.message).toBe('with this, all files come to more than 16 MiB')
  })

  it('an inventory that is a directory is one sentence', async () => {
    await mkdir(join(folder, 'inventory'))
    const { findings } = readCloud(
      await readCloudFiles('demo', { configdir: folder, inventory: join(folder, 'inventory') }),
    )
    expect(findings.map(formatFinding)).toEqual([
      `${folder}/inventory: error: this is a directory: name a file`,
    ])
  })
})
