import { readdir, readFile } from 'node:fs/promises'
import { dirname, join, relative, sep } from 'node:path'
import type { CloudFiles, SourceFile } from '../model/cloud.js'
import type { CloudLocation } from './clouds.js'

/** Reads what a cloud is described by. A file that does not exist has an empty text: the model says what is missing. */
export async function readCloudFiles(name: string, location: CloudLocation): Promise<CloudFiles> {
  const { configdir } = location
  const [inventory, globals, globalsD, passwords, overrides] = await Promise.all([
    source(location.inventory),
    source(join(configdir, 'globals.yml')),
    readGlobalsD(join(configdir, 'globals.d')),
    source(join(configdir, 'passwords.yml')),
    readOverrides(join(configdir, 'config')),
  ])
  return { name, inventory, globals, globalsD, passwords, overrides }
}

/** The directory that files were read from, wherever the cloud's name points now. */
export function configdirOf(files: CloudFiles): string {
  return dirname(files.globals.path)
}

/** Files that were kept long ago, as if they lay where others of the same cloud lie. */
export function besides(files: CloudFiles, others: CloudFiles): CloudFiles {
  const { inventory, globals, globalsD, passwords } = files
  const moved = (file: SourceFile, from: SourceFile, to: SourceFile): SourceFile => ({
    ...file,
    path: join(dirname(to.path), relative(dirname(from.path), file.path)),
  })
  return {
    ...files,
    inventory: { ...inventory, path: others.inventory.path },
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

async function readOverrides(folder: string): Promise<CloudFiles['overrides']> {
  const entries = await ifThere(readdir(folder, { recursive: true, withFileTypes: true }), [])
  const paths = entries
    .filter((entry) => !entry.isDirectory() && !entry.name.startsWith('.'))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
  return Promise.all(
    paths.map(async (file) => ({
      path: relative(folder, file).split(sep).join('/'),
      text: await readFile(file, 'utf8'),
    })),
  )
}
