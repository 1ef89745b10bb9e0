import { readdir, readFile, stat } from 'node:fs/promises'
import { dirname, join, relative, sep } from 'node:path'
import type { CloudFiles, SourceFile } from '../model/cloud.js'
import type { CloudLocation } from './clouds.js'

/** Reads what a cloud is described by. A file that does not exist has an empty text: the model says what is missing. */
export async function readCloudFiles(name: string, location: CloudLocation): Promise<CloudFiles> {
  const { configdir } = location
  const beside = dirname(location.inventory)
  const [inventory, inventoryVars, globals, globalsD, passwords, overrides] = await Promise.all([
    source(location.inventory),
    readAll(join(beside, 'group_vars'), join(beside, 'host_vars')),
    source(join(configdir, 'globals.yml')),
    readGlobalsD(join(configdir, 'globals.d')),
    source(join(configdir, 'passwords.yml')),
    readOverrides(join(configdir, 'config')),
  ])
  return { name, inventory, inventoryVars, globals, globalsD, passwords, overrides }
}

/** The directory that files were read from, wherever the cloud's name points now. */
export function configdirOf(files: CloudFiles): string {
  return dirname(files.globals.path)
}

/** Files that were kept long ago, as if they lay where others of the same cloud lie. */
export function besides(files: CloudFiles, others: CloudFiles): CloudFiles {
  const { inventory, inventoryVars, globals, globalsD, passwords } = files
  const moved = (file: SourceFile, from: SourceFile, to: SourceFile): SourceFile => ({
    ...file,
    path: join(dirname(to.path), relative(dirname(from.path), file.path)),
  })
  return {
    ...files,
    inventory: { ...inventory, path: others.inventory.path },
    ...(inventoryVars && {
      inventoryVars: inventoryVars.map((file) => moved(file, inventory, others.inventory)),
    }),
    globals: { ...globals, path: others.globals.path },
    ...(globalsD && { globalsD: globalsD.map((file) => moved(file, globals, others.globals)) }),
    passwords: { ...passwords, path: others.passwords.path },
  }
}

async function source(path: string): Promise<SourceFile> {
  return { path, text: await readIfThere(path) }
}

async function readIfThere(path: string): Promise<string> {
  return ifThere(readFile(path, 'utf8'), '')
}

async function ifThere<T>(reading: Promise<T>, otherwise: T): Promise<T> {
  return reading.catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return otherwise
    throw error
  })
}

/** What kolla-ansible reads there: files of these endings, by name. */
async function readGlobalsD(folder: string): Promise<SourceFile[]> {
  const entries = await ifThere(readdir(folder, { withFileTypes: true }), [])
  const names = entries
    .filter((entry) => !entry.isDirectory() && /\.(yml|yaml|json)$/.test(entry.name))
    .map(({ name }) => name)
  return Promise.all(names.sort().map((name) => source(join(folder, name))))
}

async function readAll(...folders: string[]): Promise<SourceFile[]> {
  const paths = await Promise.all(folders.map(filesBelow))
  return Promise.all(paths.flat().map(source))
}

async function readOverrides(folder: string): Promise<CloudFiles['overrides']> {
  const paths = await filesBelow(folder)
  return Promise.all(
    paths.map(async (file) => ({
      path: relative(folder, file).split(sep).join('/'),
      text: await readFile(file, 'utf8'),
    })),
  )
}

/** Without hidden ones; folders that are links to others are gone through, too. */
async function filesBelow(folder: string): Promise<string[]> {
  const names = await ifThere(readdir(folder), [])
  const found = await Promise.all(
    names
      .filter((name) => !name.startsWith('.'))
      .map(async (name) => {
        const path = join(folder, name)
        return (await stat(path)).isDirectory() ? filesBelow(path) : [path]
      }),
  )
  return found.flat().sort()
}
