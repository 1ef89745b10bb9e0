import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import { parse, stringify } from 'yaml'
import { z } from 'zod'
import { isCloudName } from '../model/cloud-name.js'

/** Where a cloud's files are: `globals.yml`, `passwords.yml` and `config/` below `configdir`, and an inventory. Absolute paths. */
export interface CloudLocation {
  readonly configdir: string
  readonly inventory: string
}

const register = z.record(z.string(), z.object({ configdir: z.string(), inventory: z.string() }))

/** A cloud is named by its directory, unless the operator names it. */
export function cloudName(configdir: string): string {
  return basename(resolve(configdir))
}

/** Reads the register `clouds.yml`; a register that does not exist is empty. */
export async function readClouds(stateDirectory: string): Promise<Record<string, CloudLocation>> {
  const text = await readFile(join(stateDirectory, 'clouds.yml'), 'utf8').catch(() => '')
  // Without prototype: a name such as `constructor` is known only if somebody has registered it.
  return Object.assign(Object.create(null), register.parse(parse(text) ?? {})) as Record<
    string,
    CloudLocation
  >
}

/**
 * Makes a cloud known to workers under a name; the last registration wins. Returns where the name pointed before, if
 * that was elsewhere.
 */
export async function registerCloud(
  stateDirectory: string,
  name: string,
  location: CloudLocation,
): Promise<CloudLocation | undefined> {
  if (!isCloudName(name)) {
    throw new RangeError(
      `${JSON.stringify(name)} can't be a cloud's name: use letters, digits and hyphens (--cloud NAME)`,
    )
  }
  const clouds = await readClouds(stateDirectory)
  const known = clouds[name]
  if (known?.configdir === location.configdir && known.inventory === location.inventory) return
  await mkdir(stateDirectory, { recursive: true, mode: 0o700 })
  const file = join(stateDirectory, 'clouds.yml')
  const next = `${file}.${process.pid}`
  await writeFile(next, stringify({ ...clouds, [name]: location }), { mode: 0o600 })
  await rename(next, file)
  return known
}
