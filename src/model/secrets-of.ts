import type { CloudFiles, SourceFile } from './cloud.js'
import { readInventory } from './inventory/read-inventory.js'
import type { Variables } from './inventory/parser.js'
import type { Passwords } from './passwords.js'
import { passwordKinds } from './kolla/names.js'
import { readYamlMapping } from './yaml-file.js'

/** Of passwords.yml, but no secret: Ceph tells it to whoever asks, and messages are about it. */
const identity = 'ceph_cluster_fsid'

/** How keys end whose whole value is a secret, in whatever language a file is written. */
const secretEnding =
  /(?:password|passwd|pass|passphrase|secret|secret_key|secret_id|access_key|private_key|api_key|psk|cookie|token)$/i

/** `key = value`, `"key": "value",`, `{key, <<"value">>}`, `auth_pass value`. */
const assignment = /^[\s{["'<]*([\w.-]+)["'>]*(?:\s*[=:,]|\s)(.*)$/

/** Longer lines are no settings, and a text of one line must not take long. */
const longestLine = 8192

/** The password of a URL, and that of `stats auth user:password`. */
const inUrl = /:\/\/[^\s:/@]*:([^\s/@]+)@/g
const inLogin = /\bauth\s+['"]?[^\s:'"]+:([^\s'"]+)/g

/**
 * Everything in a cloud's files that no message may show, however broken they are: all of passwords.yml, and elsewhere what
 * is called a password or the like, or stands in a URL where a password does. Short and doubtful ones, too.
 */
export function secretsOf(files: CloudFiles): string[] {
  const variables = [
    ...[files.globals, ...(files.globalsD ?? []), ...(files.inventoryVars ?? [])].map(variablesOf),
    ...files.overrides.filter(isTree).map(variablesOf),
    ...inventoryVariables(files.inventory),
  ]
  const texts = [
    files.inventory,
    ...(files.inventoryVars ?? []),
    files.globals,
    ...(files.globalsD ?? []),
    ...files.overrides,
  ].map(({ text }) => text)
  return [
    ...(files.vaulted ?? []),
    ...secretsOfPasswords(Object.fromEntries(leaves(variablesOf(files.passwords)))),
    ...linesOf(files.passwords.text).flatMap(([key, value]) => (key === identity ? [] : [value])),
    ...variables.flatMap((one) =>
      leaves(one).flatMap(([key, value]) => (isSecretKey(key) ? [value] : [])),
    ),
    ...texts.flatMap((text) => [
      ...linesOf(text).flatMap(([key, value]) => (isSecretKey(key) ? [value] : [])),
      ...[...text.matchAll(inUrl), ...text.matchAll(inLogin)].map(([, secret = '']) => secret),
    ]),
  ].filter((value) => value !== '' && !/\{\{|\{%/.test(value) && !isWord(value))
}

/** The values of passwords.yml; of a key pair the private half. */
export function secretsOfPasswords(passwords: Passwords): string[] {
  return Object.entries(passwords).flatMap(([key, value]) => {
    if (key === identity) return []
    return typeof value === 'string' ? [value] : [value.private_key]
  })
}

function isSecretKey(key: string): boolean {
  return passwordKinds.has(key) || secretEnding.test(key)
}

/** What says that there is one, or none. */
function isWord(value: string): boolean {
  return /^(?:yes|no|true|false|on|off|none|null|~)$/i.test(value)
}

/** JSON is YAML, too. */
function isTree({ path }: SourceFile): boolean {
  return /\.(?:json|ya?ml)$/.test(path)
}

function variablesOf(file: SourceFile): Variables {
  return readYamlMapping(file).variables
}

function inventoryVariables(file: SourceFile): Variables[] {
  const { hosts, groups } = readInventory(file).inventory
  return [...hosts.values(), ...groups.values()].map((one) => one.variables)
}

/** Texts and numbers at whatever depth, each with the key that is nearest above it; public halves left out. */
function leaves(variables: Variables): [string, string][] {
  const found: [string, string][] = []
  const walk = (key: string, value: unknown) => {
    if (typeof value === 'string' || typeof value === 'number') found.push([key, String(value)])
    else if (Array.isArray(value)) for (const item of value) walk(key, item)
    else if (typeof value === 'object' && value !== null) {
      for (const [name, item] of Object.entries(value)) {
        if (name !== 'public_key') walk(name, item)
      }
    }
  }
  for (const [key, { value }] of variables) walk(key, value)
  return found
}

function linesOf(text: string): [string, string][] {
  return text.split('\n').flatMap((line) => {
    const [, key, value = ''] = assignment.exec(line.slice(0, longestLine)) ?? []
    return key === undefined || key === 'public_key' ? [] : [[key, bareValue(value)]]
  })
}

/** Without quotes, what closes a list, and a comment. */
function bareValue(text: string): string {
  const value = text.trim().replace(/^<<|[,;>})\]]+$/g, '')
  const [, , quoted] = /^(["'])(.*?)\1/.exec(value) ?? []
  return quoted ?? value.split(/\s[#;]/)[0]?.trim() ?? ''
}
