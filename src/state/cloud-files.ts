import { homedir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import type { CloudFiles, SourceFile } from '../model/cloud.js'
import type { CloudLocation } from './clouds.js'
import { FileReader } from './file-reader.js'
import { readSshConfig } from './ssh-config-file.js'
import { Vault } from './vault/vault.js'

/**
 * Reads what a cloud is described by, decrypted where ansible-vault has encrypted it. A file that does not exist has an empty text: the model says what is
 * missing.
 */
export async function readCloudFiles(
  name: string,
  location: CloudLocation,
  ownSshConfig = join(homedir(), '.ssh', 'config'),
): Promise<CloudFiles> {
  const { configdir } = location
  const vault = new Vault(location.vaultIds ?? [])
  const reader = new FileReader(vault)
  const beside = dirname(location.inventory)
  const [inventory, inventoryVars, globals, globalsD, passwords, overrides, sshConfig] =
    await Promise.all([
      reader.source(location.inventory),
      readAll(reader, join(beside, 'group_vars'), join(beside, 'host_vars')),
      reader.source(join(configdir, 'globals.yml')),
      readGlobalsD(reader, join(configdir, 'globals.d')),
      reader.source(join(configdir, 'passwords.yml')),
      readOverrides(reader, join(configdir, 'config')),
      readSshConfig(reader, ownSshConfig),
    ])
  const problems = [...reader.problems, ...vault.problems]
  return {
    name,
    inventory,
    inventoryVars,
    globals,
    globalsD,
    passwords,
    overrides,
    ...(sshConfig && { sshConfig }),
    ...(vault.values.length > 0 && { vaulted: vault.values }),
    ...(problems.length > 0 && { problems }),
  }
}

/** The directory that files were read from, wherever the cloud's name points now. */
export function configdirOf(files: CloudFiles): string {
  return dirname(files.globals.path)
}

/** Files that were kept long ago, as if they lay where others of the same cloud lie. */
export function besides(files: CloudFiles, others: CloudFiles): CloudFiles {
  const { name, inventory, inventoryVars, globals, globalsD, passwords, overrides } = files
  const moved = (file: SourceFile, from: SourceFile, to: SourceFile): SourceFile => ({
    ...file,
    path: join(dirname(to.path), relative(dirname(from.path), file.path)),
  })
  return {
    name,
    overrides,
    ...(files.facts && { facts: files.facts }),
    ...(files.vaulted && { vaulted: files.vaulted }),
    ...(files.problems && { problems: files.problems }),
    inventory: { ...inventory, path: others.inventory.path },
    ...(inventoryVars && {
      inventoryVars: inventoryVars.map((file) => moved(file, inventory, others.inventory)),
    }),
    globals: { ...globals, path: others.globals.path },
    ...(globalsD && { globalsD: globalsD.map((file) => moved(file, globals, others.globals)) }),
    passwords: { ...passwords, path: others.passwords.path },
    // How hosts are reached is today's matter.
    ...(others.sshConfig && { sshConfig: others.sshConfig }),
  }
}

/** What kolla-ansible reads there: files of these endings, by name. */
async function readGlobalsD(reader: FileReader, folder: string): Promise<SourceFile[]> {
  const names = await reader.names(folder)
  const read = names.filter((name) => /\.(yml|yaml|json)$/.test(name))
  return Promise.all(read.map((name) => reader.source(join(folder, name))))
}

async function readAll(reader: FileReader, ...folders: string[]): Promise<SourceFile[]> {
  const paths = await Promise.all(folders.map((folder) => reader.below(folder)))
  return Promise.all(paths.flat().map((path) => reader.source(path)))
}

async function readOverrides(reader: FileReader, folder: string): Promise<CloudFiles['overrides']> {
  const paths = await reader.below(folder)
  return Promise.all(paths.map((path) => reader.override(folder, path)))
}
