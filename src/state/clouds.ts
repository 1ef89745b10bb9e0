import { realpath } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { parse, stringify } from 'yaml'
import { z } from 'zod'
import { isCloudName } from '../model/cloud-name.js'
import type { VaultId } from './vault/vault-ids.js'
import { readIfThere, writePrivateFile } from './private-file.js'

/** Where a cloud's files are: `globals.yml`, `passwords.yml` and `config/` below `configdir`, and an inventory. Absolute paths. */
export interface CloudLocation {
  readonly configdir: string
  readonly inventory: string
  /** Where the passwords are that ansible-vault has encrypted its files with, in the order in which they are tried. */
  readonly vaultIds?: readonly VaultId[]
}

const register = z.record(
  z.string(),
  z.object({
    configdir: z.string(),
    inventory: z.string(),
    vaultIds: z.array(z.object({ label: z.string(), source: z.string() })).exactOptional(),
  }),
)

/** A cloud is named by its directory, unless the operator names it. */
export function cloudName(configdir: string): string {
  return basename(resolve(configdir))
}

/** Reads the register `clouds.yml`; a register that does not exist is empty. */
export async function readClouds(stateDirectory: string): Promise<Record<string, CloudLocation>> {
  const text = (await readIfThere(join(stateDirectory, 'clouds.yml'))) ?? ''
  // Without prototype: a name such as `constructor` is known only if somebody has registered it.
  return Object.assign(Object.create(null), register.parse(parse(text) ?? {})) as Record<
    string,
    CloudLocation
  >
}

/** The names under which a directory is registered, whatever way leads to it: one, unless an older version took more. */
export async function namesOfDirectory(
  stateDirectory: string,
  configdir: string,
): Promise<string[]> {
  const clouds = Object.entries(await readClouds(stateDirectory))
  const wanted = await realPath(configdir)
  const same = await Promise.all(
    clouds.map(async ([name, known]) =>
      (await realPath(known.configdir)) === wanted ? [name] : [],
    ),
  )
  return same.flat()
}

const realPath = (path: string) => realpath(path).catch(() => resolve(path))

/**
 * Makes a cloud known to workers under a name; the last registration wins, and one that names no passwords of
 * ansible-vault keeps those that were named before. Returns where the name pointed before, if that was elsewhere.
 *
 * @throws DirectoryNamed where the directory has another name already: it would have two locks, and two digest keys
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
  const others = (await namesOfDirectory(stateDirectory, location.configdir)).filter(
    (other) => other !== name,
  )
  if (others.length > 0) throw new DirectoryNamed(stateDirectory, name, location, others)
  const clouds = await readClouds(stateDirectory)
  const known = clouds[name]
  const isSame = known?.configdir === location.configdir && known.inventory === location.inventory
  const { vaultIds = isSame ? known.vaultIds : undefined } = location
  if (isSame && isDeepStrictEqual(vaultIds, known.vaultIds)) return
  await writePrivateFile(
    join(stateDirectory, 'clouds.yml'),
    stringify({ ...clouds, [name]: { ...location, ...(vaultIds && { vaultIds }) } }),
  )
  return isSame ? undefined : known
}

/** One directory is one cloud, and has one name. */
export class DirectoryNamed extends Error {
  constructor(
    stateDirectory: string,
    name: string,
    { configdir }: CloudLocation,
    others: readonly string[],
  ) {
    super(
      `${configdir} is the cloud ${others.join(' and ')}, not ${name}: leave --cloud away, or give its name; to name it anew, take ${others.join(' and ')} out of ${join(stateDirectory, 'clouds.yml')} (its containers, lock and records go by the old name)`,
    )
  }
}
