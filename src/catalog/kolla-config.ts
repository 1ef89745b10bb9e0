import type { Globals } from '../model/globals.js'
import type { ConfigFile, Container, Limits } from './container.js'

/** A file below `/etc/kolla/<container>/` and where Kolla's entry point copies it to. */
export interface Placed {
  /** Name in the container's folder, `name/` copies a whole folder; or an absolute path in the container. */
  readonly source: string
  readonly dest: string
  readonly owner: string
  /** Octal, four digits, as Kolla wants it: `0600`. */
  readonly perm: string
}

export interface Permission {
  readonly path: string
  readonly owner: string
  readonly perm?: string
  readonly recurse?: boolean
}

/** Kolla's `config.json`: what to run, which files go where, whose which folder is. */
export function configJson(
  command: string,
  placed: readonly Placed[],
  permissions: readonly Permission[] = [],
): ConfigFile {
  const config = {
    command,
    config_files: placed.map(({ source, ...rest }) => ({
      source: source.startsWith('/') ? source : `/var/lib/kolla/config_files/${source}`,
      ...rest,
    })),
    ...(permissions.length > 0 ? { permissions } : {}),
  }
  return configFile('config.json', JSON.stringify(config, null, 2))
}

/** Only root reads it on the host: Kolla's entry point, too, is root when it copies. */
export function configFile(path: string, content: string): ConfigFile {
  return { path, content: content.endsWith('\n') ? content : `${content}\n`, mode: 0o600 }
}

/** What kolla-ansible mounts into every container (since 2026.1 no longer `/etc/timezone`, which new hosts lack). */
export const localtime = '/etc/localtime:/etc/localtime:ro'
export const logs = 'kolla_logs:/var/log/kolla/'

/** What stands before `_suffix` in the names of settings. */
export type NameBefore<Suffix extends string> = keyof Globals extends infer Key
  ? Key extends `${infer Name}${Suffix}`
    ? Name
    : never
  : never

type Checked = NameBefore<'_enable_healthchecks'>

/** kolla-ansible's health check of a container, unless `globals.yml` turns it off. */
export function healthcheck(
  globals: Globals,
  container: Checked,
  test: string,
  retries = globals.default_container_healthcheck_retries,
): Pick<Container, 'healthcheck'> {
  if (!globals[`${container}_enable_healthchecks`]) return {}
  return {
    healthcheck: {
      test,
      interval: globals.default_container_healthcheck_interval,
      timeout: globals.default_container_healthcheck_timeout,
      startPeriod: globals.default_container_healthcheck_start_period,
      retries,
    },
  }
}

/** kolla-ansible's `<container>_dimensions` as fields of a container: those that are set, and no other. */
export function limits(dimensions: Globals['default_container_dimensions']): Limits {
  const all: { readonly [Key in keyof Limits]: Limits[Key] | undefined } = {
    ulimits: dimensions.ulimits,
    memoryLimit: dimensions.mem_limit,
    memoryReservation: dimensions.mem_reservation,
    memorySwap: dimensions.memswap_limit,
    cpuPeriod: dimensions.cpu_period,
    cpuQuota: dimensions.cpu_quota,
    cpuShares: dimensions.cpu_shares,
    cpusetCpus: dimensions.cpuset_cpus,
    cpusetMems: dimensions.cpuset_mems,
    blkioWeight: dimensions.blkio_weight,
  }
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined))
}
