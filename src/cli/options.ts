import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { CloudLocation } from '../state/clouds.js'
import { asksPerson, vaultIdsOf } from '../state/vault/vault-ids.js'
import type { VaultId } from '../state/vault/vault-ids.js'
import { UsageError } from './exit.js'

/** Options of every verb, before or after it. */
export interface Options {
  readonly inventory?: string
  readonly configdir?: string
  readonly cloud?: string
  readonly tags?: readonly string[]
  readonly limit?: readonly string[]
  readonly vaultId?: readonly string[]
  readonly vaultPasswordFile?: readonly string[]
  readonly askVaultPassword?: true
  readonly json?: true
  readonly address?: string
  readonly namespace?: string
  readonly temporalProfile?: string
}

/** kolla-ansible's own default and environment variable. */
function defaultConfigdir(environment: NodeJS.ProcessEnv): string {
  return environment['KOLLA_CONFIG_PATH'] ?? '/etc/kolla'
}

/** Where the options say that the cloud's files are. Undefined where they only give its name. */
export function locationOf(
  options: Options,
  environment: NodeJS.ProcessEnv = process.env,
): CloudLocation | undefined {
  const { cloud, inventory, configdir } = options
  if (cloud !== undefined && inventory === undefined && configdir === undefined) return undefined
  const folder = resolve(configdir ?? defaultConfigdir(environment))
  return { configdir: folder, inventory: resolve(inventory ?? join(folder, 'multinode')) }
}

/**
 * Where the options, or the environment, say that passwords of ansible-vault are; undefined where they name none.
 *
 * @throws UsageError where a person would have to be asked
 */
export function vaultIds(
  options: Options,
  environment: NodeJS.ProcessEnv = process.env,
): readonly VaultId[] | undefined {
  const ids = vaultIdsOf(options, environment)
  if (options.askVaultPassword || ids?.some(asksPerson)) {
    throw new UsageError(
      "workers read the cloud's files and can ask nobody for a password: put it into a file of mode 0600, or name a program that prints it, with --vault-password-file FILE",
    )
  }
  return ids
}

/** Whether a cloud is described there. */
export function hasLocation(location: CloudLocation | undefined): location is CloudLocation {
  return location !== undefined && existsSync(join(location.configdir, 'globals.yml'))
}

/** Repeated options. */
export function several(value: string, previous: readonly string[] = []): string[] {
  return [...previous, value]
}

/** An option that says one thing: of two, none is passed over. */
export function single(option: string) {
  return (value: string, previous?: string): string => {
    if (previous === undefined) return value
    throw new UsageError(`${option} names one file: put ${previous} and this into one`)
  }
}

/** `keystone,glance` and repeated options. */
export function list(value: string, previous: readonly string[] = []): string[] {
  const names = value.split(',').map((name) => name.trim())
  return [...previous, ...names.filter((name) => name !== '')]
}
