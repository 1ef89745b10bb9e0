import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { CloudLocation } from '../state/clouds.js'

/** Options of every verb, before or after it. */
export interface Options {
  readonly inventory?: string
  readonly configdir?: string
  readonly cloud?: string
  readonly tags?: readonly string[]
  readonly limit?: readonly string[]
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

/** Whether a cloud is described there. */
export function hasLocation(location: CloudLocation | undefined): location is CloudLocation {
  return location !== undefined && existsSync(join(location.configdir, 'globals.yml'))
}

/** `keystone,glance` and repeated options. */
export function list(value: string, previous: readonly string[] = []): string[] {
  const names = value.split(',').map((name) => name.trim())
  return [...previous, ...names.filter((name) => name !== '')]
}
