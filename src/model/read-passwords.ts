import type { SourceFile } from './cloud.js'
import type { Finding } from './finding.js'
import type { Variables } from './inventory/parser.js'
import type { Value } from './jinja/render.js'
import { keyPairSchema } from './passwords.js'
import type { Passwords } from './passwords.js'
import { passwordKinds } from './kolla/names.js'
import { readYamlMapping } from './yaml-file.js'

const wayOut = 'run `kolla-temporal genpwd`'

interface ReadPasswords {
  readonly passwords: Passwords
  readonly variables: Variables
  /** Keys that hold Jinja, which is not evaluated: they are not among the passwords. */
  readonly templates: readonly string[]
  readonly findings: readonly Finding[]
}

/** The passwords that are set. Messages name keys, never values. */
export function readPasswords(file: SourceFile): ReadPasswords {
  const { variables, findings } = readYamlMapping(file)
  // Without prototype: a key such as `__proto__` is one like any other.
  const passwords = Object.create(null) as Record<string, Passwords[string]>
  const wrong: Finding[] = []
  const templates: string[] = []
  for (const [key, { value, place }] of variables) {
    if (value === null || value === '') continue
    if (holdsTemplate(value)) {
      templates.push(key)
      continue
    }
    const pair = keyPairSchema.safeParse(value)
    const isPair = passwordKinds.get(key) === 'ssh' || typeof value === 'object'
    if (isPair && pair.success) passwords[key] = pair.data
    else if (!isPair) passwords[key] = String(value)
    else if (!isEmptyPair(value)) {
      const message = `'${key}' must hold private_key and public_key: write both, or neither and ${wayOut}`
      wrong.push({ severity: 'error', message, ...place })
    }
  }
  return { passwords, variables, templates, findings: [...findings, ...wrong] }
}

/** What Ansible would put another text in the place of; braces alone are good letters of a password. */
function holdsTemplate(value: Value): boolean {
  if (typeof value === 'string') return /\{\{.*\}\}|\{%.*%\}|\{#.*#\}/s.test(value)
  return typeof value === 'object' && value !== null && Object.values(value).some(holdsTemplate)
}

/** Passwords with Jinja: errors where an enabled service needs them. */
export function templatedPasswords(
  { variables, templates }: ReadPasswords,
  required: readonly string[],
): Finding[] {
  return templates.map((key) => ({
    severity: required.includes(key) ? 'error' : 'warning',
    message: `'${key}' holds Jinja ({{ … }}), which is not evaluated in this file: write the password itself, or leave it empty and ${wayOut}`,
    ...variables.get(key)?.place,
  }))
}

/** Passwords that an enabled service needs and that are missing or empty. */
export function missingPasswords(
  file: SourceFile,
  { passwords, variables, templates }: ReadPasswords,
  required: readonly string[],
): Finding[] {
  const absent = required.filter(
    (key) => !Object.hasOwn(passwords, key) && !templates.includes(key),
  )
  if (file.text.trim() === '' && absent.length > 0) {
    return [{ severity: 'error', message: `the passwords are missing: ${wayOut}`, file: file.path }]
  }
  return absent.map((key) => ({
    severity: 'error',
    message: `'${key}' is ${variables.has(key) ? 'empty' : 'missing'}: ${wayOut}`,
    file: file.path,
    ...variables.get(key)?.place,
  }))
}

function isEmptyPair(value: unknown): boolean {
  return (
    typeof value === 'object' &&
    value !== null &&
    Object.values(value).every((half) => half === null || half === '')
  )
}
