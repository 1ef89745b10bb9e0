import { isDeepStrictEqual } from 'node:util'
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
const reloadable = new Set(['insecure-registries'])

/** Log drivers that know the two options. */
const rotating = new Set(['json-file', 'local'])

/**
 * The engine's configuration: the keys of kolla-ansible's settings, everything else as it is.
 *
 * @throws SyntaxError where `existing` is no JSON object.
 */
export function daemonJson(existing: string, globals: HostGlobals): DaemonJson {
  const before = parse(existing)
  const after: Json = {
    ...before,
    ...registries(before, globals),
    ...logging(before, globals),
    ...(globals.docker_runtime_directory && { 'data-root': globals.docker_runtime_directory }),
  }
  const different = Object.keys(after).filter((key) => !isDeepStrictEqual(before[key], after[key]))
  return {
    text: JSON.stringify(after, undefined, 2),
    takeover: different.length === 0 ? undefined : takeover(different),
    movesData: different.includes('data-root'),
  }
}

function parse(text: string): Json {
  if (text.trim() === '') return {}
  const value: unknown = JSON.parse(text)
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new SyntaxError('it holds no JSON object')
  }
  return value as Json
}

function takeover(keys: readonly string[]): 'reload' | 'restart' {
  return keys.every((key) => reloadable.has(key)) ? 'reload' : 'restart'
}

function registries(before: Json, globals: HostGlobals): Json {
  const { docker_registry: own, docker_registry_insecure: insecure } = globals
  const key = 'insecure-registries'
  const present = Array.isArray(before[key]) ? (before[key] as unknown[]) : []
  if (own === '' || present.includes(own) === insecure) return {}
  return { [key]: insecure ? [...present, own] : present.filter((name) => name !== own) }
}

function logging(before: Json, globals: HostGlobals): Json {
  const driver = before['log-driver']
  if (typeof driver === 'string' && !rotating.has(driver)) return {}
  const options = before['log-opts'] as Json | undefined
  return {
    'log-opts': {
      ...options,
      'max-file': String(globals.docker_log_max_file),
      'max-size': globals.docker_log_max_size,
    },
  }
}
