import { existsSync } from 'node:fs'
import { join, relative } from 'node:path'
import type { CloudLocation } from '../state/clouds.js'
import { stateDirectory } from '../state/state-directory.js'
import { UsageError } from './exit.js'
import { hasLocation, locationOf, vaultIds } from './options.js'
import type { Options } from './options.js'

export interface ChosenCloud {
  readonly name: string
  readonly location: CloudLocation
}

/**
 * The cloud's name for an operation. Files that the options point to are registered under it, so that the worker of
 * this machine finds them; with a name alone, the workers know the cloud already. Where passwords of ansible-vault come
 * from is registered with them.
 *
 * @throws UsageError when there are no such files
 */
export async function chooseCloud(options: Options): Promise<string> {
  const { cloudName, DirectoryNamed, namesOfDirectory, readClouds, registerCloud } =
    await import('../state/clouds.js')
  const named = locationOf(options)
  const ids = vaultIds(options)
  if (named) requireFiles(named)
  const [known] = named ? await namesOfDirectory(stateDirectory(), named.configdir) : []
  const name = options.cloud ?? known ?? cloudName(named?.configdir ?? '')
  const location = named ?? (ids && (await readClouds(stateDirectory()))[name])
  if (!location) return name
  const before = await registerCloud(stateDirectory(), name, {
    ...location,
    ...(ids && { vaultIds: ids }),
  }).catch((error: unknown) => {
    throw error instanceof DirectoryNamed ? new UsageError(error.message) : error
  })
  if (before) {
    console.error(
      `the cloud ${name} was ${describe(before)}; from now on it is ${describe(location)}`,
    )
  }
  return name
}

/**
 * The same for verbs that work on the files themselves: a name alone must be known on this machine.
 *
 * @throws UsageError when there are no such files
 */
export async function chooseFiles(options: Options): Promise<ChosenCloud> {
  const name = await chooseCloud(options)
  const { readClouds } = await import('../state/clouds.js')
  const location = (await readClouds(stateDirectory()))[name]
  if (location) return { name, location }
  throw new UsageError(
    `this machine knows no cloud ${name}: say where its files are with --configdir DIR and -i INVENTORY`,
  )
}

/** The cloud that looking back is about; undefined for all, where nothing names one. */
export async function cloudOfHistory(options: Options): Promise<string | undefined> {
  if (options.cloud !== undefined) return options.cloud
  const location = locationOf(options)
  if (!hasLocation(location)) return undefined
  const { cloudName, namesOfDirectory } = await import('../state/clouds.js')
  const [known] = await namesOfDirectory(stateDirectory(), location.configdir)
  return known ?? cloudName(location.configdir)
}

function describe({ configdir, inventory }: CloudLocation): string {
  return `${configdir} (with ${relative(configdir, inventory)})`
}

function requireFiles({ configdir, inventory }: CloudLocation): void {
  const globals = join(configdir, 'globals.yml')
  if (!existsSync(globals)) {
    throw new UsageError(
      `there is no ${globals}: name the cloud's directory with --configdir DIR, or a cloud that the workers know with --cloud NAME`,
    )
  }
  if (!existsSync(inventory)) {
    throw new UsageError(`there is no inventory ${inventory}: name it with -i FILE`)
  }
}
