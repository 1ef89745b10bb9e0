import { randomBytes } from 'node:crypto'
import { link, mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'

/**
 * Replaces a file in one step that also survives a loss of power; only its owner can read it, nor its folder if it is
 * made here.
 */
export async function writePrivateFile(path: string, content: string | Buffer): Promise<void> {
  const temporary = await writeBeside(path, content)
  await rename(temporary, path)
  await sync(dirname(path))
}

/** Reads a file, or makes it from `create` when there is none yet: of two who do so at once, one makes it. */
export async function readOrCreate(path: string, create: () => string): Promise<string> {
  const present = await readIfThere(path)
  if (present !== undefined) return present
  const temporary = await writeBeside(path, create())
  // Unlike a rename it leaves a file alone that somebody else has made meanwhile.
  await link(temporary, path).catch(unless('EEXIST'))
  await rm(temporary)
  await sync(dirname(path))
  return readFile(path, 'utf8')
}

/** Undefined where there is no such file. */
export async function readIfThere(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch(unless('ENOENT'))
}

/** Names in a folder; none where there is no such folder. */
export async function namesIn(folder: string): Promise<string[]> {
  return (await readdir(folder).catch(unless('ENOENT'))) ?? []
}

async function writeBeside(path: string, content: string | Buffer): Promise<string> {
  await makeFolder(dirname(path))
  const temporary = `${path}.${randomBytes(4).toString('hex')}`
  const file = await open(temporary, 'wx', 0o600)
  try {
    await file.writeFile(content)
    await file.sync()
  } finally {
    await file.close()
  }
  return temporary
}

/** A new folder is on disk only when the one that it is in is. */
async function makeFolder(folder: string): Promise<void> {
  const first = await mkdir(folder, { recursive: true, mode: 0o700 })
  if (first === undefined) return
  for (let made = folder; ; made = dirname(made)) {
    await sync(dirname(made))
    if (made === first) return
  }
}

async function sync(folder: string): Promise<void> {
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

function unless(code: string) {
  return (error: unknown): undefined => {
    if ((error as NodeJS.ErrnoException).code !== code) throw error
  }
}
