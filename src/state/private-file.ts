import { randomBytes } from 'node:crypto'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'

/** Replaces a file in one step; only its owner can read it, nor its folder if it is made here. */
export async function writePrivateFile(path: string, content: string | Buffer): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  const temporary = `${path}.${randomBytes(4).toString('hex')}`
  await writeFile(temporary, content, { mode: 0o600 })
  await rename(temporary, path)
}

/** Reads a file, or makes it from `create` when there is none yet. */
export async function readOrCreate(path: string, create: () => string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    const content = create()
    await writePrivateFile(path, content)
    return content
  }
}
