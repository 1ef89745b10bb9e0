import { chmod, readFile, realpath } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { existsSync } from 'node:fs'
import { genpwd } from '../model/genpwd.js'
import { writePrivateFile } from '../state/private-file.js'
import { UsageError } from './exit.js'
import { locationOf } from './options.js'
import type { Options } from './options.js'

/** Fills a passwords.yml in place; only its owner can read it afterwards. */
export async function fillPasswords(options: Options, file: string | undefined): Promise<void> {
  const path = file === undefined ? defaultFile(options) : resolve(file)
  if (!existsSync(dirname(path))) {
    throw new UsageError(
      `there is no ${dirname(path)}: name the cloud's directory with --configdir DIR`,
    )
  }
  const target = await realpath(path).catch(() => path)
  const old = await readFile(target, 'utf8').catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  })
  const { text, added } = await filled(old)
  if (text === old) await chmod(target, 0o600)
  else await writePrivateFile(target, text)
  const { length } = added
  if (options.json) console.log(JSON.stringify({ file: path, added }))
  else
    console.log(
      length === 0 ? `${path}: nothing is missing` : `${path}: ${length} passwords filled in`,
    )
}

function defaultFile(options: Options): string {
  const location = locationOf(options)
  if (!location)
    throw new UsageError('genpwd works on a file: name its directory with --configdir DIR')
  return join(location.configdir, 'passwords.yml')
}

async function filled(old: string | undefined) {
  try {
    return await genpwd(old)
  } catch (error) {
    throw new UsageError((error as Error).message)
  }
}
