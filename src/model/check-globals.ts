import { isIPv4 } from 'node:net'
import { checkCephGlobals } from './check-ceph.js'
import { checkNeutronGlobals } from './check-neutron.js'
import { refuseUnsupported } from './check-unsupported.js'
import { hasErrors } from './finding.js'
import type { Finding } from './finding.js'
import { globalsSchema, settings } from './globals.js'
import type { Globals } from './globals.js'
import { isReleaseSupported, supportedReleases } from './releases.js'
import type { Place } from './inventory/parser.js'
import type { Value } from './jinja/render.js'
import { Undefined } from './jinja/values.js'
import { formerKeys, kollaKeys, passwordKinds } from './kolla/names.js'
import { nearest } from './nearest.js'
import { mayHoldSecret } from './secret-keys.js'
import { isEngineKey } from './unused-keys.js'
import { FactsNeeded, VariableError } from './variables.js'
import type { Resolver } from './variables.js'

/**
 * Evaluates and checks every variable. Globals are missing where a key that we act on is wrong, or waits for facts. To Ansible, what can't be
 * evaluated is wrong only where it is used: any other such variable is a warning, and undefined for overrides.
 */
export function resolveGlobals(resolver: Resolver): { globals?: Globals; findings: Finding[] } {
  const findings: Finding[] = []
  const values = Object.create(null) as Record<string, Value>
  const failed = new Set<string>()
  let isWaiting = false
  for (const key of [...Object.keys(settings), ...resolver.names()]) {
    try {
      const value = resolver.get(key)
      if (value !== undefined) values[key] = value
    } catch (error) {
      if (!(error instanceof VariableError)) throw error
      failed.add(key)
      const severity = Object.hasOwn(settings, key) ? 'error' : 'warning'
      if (severity === 'error' && error instanceof FactsNeeded) {
        isWaiting = true
        continue
      }
      const raw = resolver.source(key)?.value
      const waits = severity === 'warning' && raw !== undefined && resolver.asksForFacts(key)
      if (severity === 'warning') {
        values[key] = new Undefined(`the value of '${key}'`, false, waits ? raw : undefined)
      }
      if (error.place && !(waits && !kollaKeys.has(key)))
        findings.push({ severity, message: error.message, ...error.place })
    }
  }
  const result = globalsSchema.safeParse(values)
  for (const { path, message } of result.error?.issues ?? []) {
    const key = String(path[0])
    const place = resolver.source(key)?.place
    if (place && !failed.has(key)) {
      findings.push({ severity: 'error', message: describe(path, message, values[key]), ...place })
    } else if (key === 'kolla_internal_vip_address' && !failed.has(key)) {
      findings.push({
        severity: 'error',
        message: `'${key}' is missing: set a free address of the network of api_interface, which HAProxy and Keepalived will hold`,
      })
    }
  }
  if (isWaiting) return { findings }
  const broken = [...failed].filter((key) => Object.hasOwn(settings, key))
  if (result.success && broken.length === 0) return { globals: result.data, findings }
  // A default that fails is the consequence of a finding above, except for one of ours that is wrong.
  if (!hasErrors(findings)) {
    const issues = result.error?.issues.map(({ path }) => path.join('.')) ?? []
    const keys = [...new Set([...broken, ...issues])].join(', ')
    findings.push({ severity: 'error', message: `no default fits for ${keys}: set them` })
  }
  return { findings }
}

function describe(path: readonly PropertyKey[], message: string, value: Value | undefined): string {
  const name = `'${path.map(String).join('.')}'`
  if (value === null) return `${name} has no value: write one, or remove the line for the default`
  const isShown = typeof value !== 'object' && !mayHoldSecret(String(path[0]))
  const shown = isShown ? `, not '${oneLine(String(value))}'` : ''
  return `${name} ${message}${shown}`
}

/** As it can stand in a message. */
function oneLine(text: string): string {
  return text.replace(/\p{Cc}/gu, ' ').slice(0, 200)
}

/** One warning for every key that nothing reads: misspelt, of an older release, or in the wrong file. */
export function unknownKeys(
  keys: ReadonlyMap<string, { readonly value: Value; readonly place: Place }>,
  used: (name: string) => boolean,
): Finding[] {
  const candidates = [...Object.keys(settings), ...kollaKeys]
  return [...keys].flatMap(([key, { value, place }]) => {
    const warn = (message: string): Finding[] => [{ severity: 'warning', message, ...place }]
    if (Object.hasOwn(settings, key) || kollaKeys.has(key) || key.startsWith('ansible_')) return []
    if (used(key) || isEngineKey(key)) return []
    if (passwordKinds.has(key)) return warn(`'${key}' is not read here: move it to passwords.yml`)
    if (formerKeys.has(key)) {
      return value === null
        ? []
        : warn(`'${key}' is of an older kolla-ansible and does nothing: remove it`)
    }
    return warn(`unknown key '${key}'${nearest(key, candidates)}`)
  })
}

/** What a host's globals must hold beyond the shape of each key. Overrides are read in `overrideFolder`. */
export function checkGlobals(
  globals: Globals,
  overrideFolder: string,
  isIn: (group: string) => boolean,
): { key: keyof Globals; message: string }[] {
  const problems: { key: keyof Globals; message: string }[] = []
  const refuse = (key: keyof Globals, message: string) =>
    problems.push({ key, message: `'${key}' ${message}` })
  const { kolla_internal_vip_address: internal, kolla_external_vip_address: external } = globals
  if (!isIPv4(internal)) {
    refuse('kolla_internal_vip_address', `must be an IPv4 address, not '${internal}'`)
  }
  if (!isIPv4(external) && external !== internal) {
    refuse('kolla_external_vip_address', `must be an IPv4 address, not '${external}'`)
  }
  if (!isReleaseSupported(globals.openstack_release)) {
    refuse(
      'openstack_release',
      `must be one of ${supportedReleases.join(', ')}, not '${globals.openstack_release}'`,
    )
  }
  if (globals.kolla_base_distro !== 'debian') {
    const releases = supportedReleases.join(' and ')
    refuse(
      'kolla_base_distro',
      `must be debian, the base of the images of ${releases}, not '${globals.kolla_base_distro}'`,
    )
  }
  const tls = [
    'kolla_enable_tls_internal',
    'kolla_enable_tls_external',
    'kolla_enable_tls_backend',
    'rabbitmq_enable_tls',
  ] as const
  for (const key of tls) {
    if (globals[key]) refuse(key, 'must be no: TLS is not supported yet')
  }
  refuseUnsupported(globals, overrideFolder, refuse)
  return [...problems, ...checkCephGlobals(globals), ...checkNeutronGlobals(globals, isIn)]
}
