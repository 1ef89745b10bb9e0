import { isDeepStrictEqual } from 'node:util'
import { parseJson } from '../../model/json.js'
import type { HostGlobals } from './settings.js'

export const daemonJsonPath = '/etc/docker/daemon.json'

type Json = Readonly<Record<string, unknown>>

export interface DaemonJson {
  readonly text: string
  /** What makes a running engine take over the difference; undefined where there is none. */
  readonly takeover: 'reload' | 'restart' | undefined
  /** The engine's data would be looked for in another directory. */
  readonly movesData: boolean
}

/** `dockerd` takes over these keys on SIGHUP, without touching a container. */
const reloadable = new Set([
  'debug',
  'insecure-registries',
  'labels',
  'live-restore',
  'max-concurrent-downloads',
  'max-concurrent-uploads',
  'max-download-attempts',
  'registry-mirrors',
  'shutdown-timeout',
])

/** Log drivers that know our two options. */
const rotating = new Set(['json-file', 'local'])
const rotation = ['max-file', 'max-size']

/**
 * The engine's configuration: the keys of kolla-ansible's settings, over them those of `docker_custom_config` (whole
 * keys, as kolla-ansible puts them there), everything else as it is. The registry stays trusted whatever is in there.
 *
 * @throws SyntaxError where `existing` is no JSON object.
 */
export function daemonJson(existing: string, globals: HostGlobals): DaemonJson {
  const before = parse(existing)
  const { docker_custom_config: custom, docker_runtime_directory: root } = globals
  const merged: Json = {
    ...before,
    ...logging(before, globals),
    ...(root && { 'data-root': root }),
    ...custom,
    ...registries(before, globals),
  }
  const after: Json = Object.fromEntries(
    Object.entries(merged).filter(([, value]) => value !== undefined),
  )
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])]
  const different = keys.filter((key) => !isDeepStrictEqual(before[key], after[key]))
  return {
    text: JSON.stringify(after, undefined, 2),
    takeover: different.length === 0 ? undefined : takeover(different),
    movesData: different.includes('data-root'),
  }
}

function parse(text: string): Json {
  if (text.trim() === '') return {}
  const value = parseJson(text)
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new SyntaxError('is no JSON object')
  }
  return value as Json
}

function takeover(keys: readonly string[]): 'reload' | 'restart' {
  return keys.every((key) => reloadable.has(key)) ? 'reload' : 'restart'
}

function registries(before: Json, globals: HostGlobals): Json {
  const { docker_registry: own, docker_registry_insecure: insecure } = globals
  const key = 'insecure-registries'
  const custom = list(globals.docker_custom_config[key])
  const present = custom ?? list(before[key]) ?? []
  if (own === '' || present.includes(own) === insecure) return {}
  if (insecure) return { [key]: [...present, own] }
  // One that the operator lists himself, he trusts.
  return custom ? {} : { [key]: present.filter((name) => name !== own) }
}

function list(value: unknown): unknown[] | undefined {
  return Array.isArray(value) ? (value as unknown[]) : undefined
}

/** A driver that does not know the options of ours, which it may have had before, would keep the engine from starting. */
function logging(before: Json, globals: HostGlobals): Json {
  const key = 'log-opts'
  const driver = globals.docker_custom_config['log-driver'] ?? before['log-driver']
  const options = (before[key] ?? {}) as Json
  const others = Object.entries(options).filter(([name]) => !rotation.includes(name))
  if (typeof driver === 'string' && !rotating.has(driver)) {
    if (!(key in before)) return {}
    return { [key]: others.length > 0 ? Object.fromEntries(others) : undefined }
  }
  return {
    [key]: {
      ...options,
      'max-file': String(globals.docker_log_max_file),
      'max-size': globals.docker_log_max_size,
    },
  }
}
