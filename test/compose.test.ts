import { existsSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { parse } from 'yaml'

interface Service {
  readonly environment?: Record<string, string>
  readonly ports?: readonly string[]
  readonly volumes?: readonly (string | { readonly source: string })[]
  readonly image?: string
  readonly cap_drop?: readonly string[]
  readonly cap_add?: readonly string[]
  readonly security_opt?: readonly string[]
  readonly pids_limit?: number
  readonly mem_limit?: string
  readonly read_only?: boolean
}

const text = readFileSync('docker-compose.yml', 'utf8')
const { services } = parse(text, { merge: true }) as { services: Record<string, Service> }
const all = Object.entries(services)

test('ports are bound to this machine unless told otherwise', () => {
  const ports = all.flatMap(([, { ports = [] }]) => ports)
  expect(ports).toHaveLength(2)
  for (const port of ports) expect(port).toMatch(/^\$\{TEMPORAL_BIND_IP:-127\.0\.0\.1\}:/)
})

test('passwords come from .env alone, and a missing one is an error', () => {
  const passwords = all.flatMap(([, { environment = {} }]) =>
    Object.entries(environment).filter(([name]) => /PASSWORD|PWD/.test(name)),
  )
  expect(passwords).toHaveLength(3)
  for (const [, value] of passwords) expect(value).toMatch(/^\$\{POSTGRES_PASSWORD:\?[^}]+\}$/)
})

test.each(all)('%s has no privilege, and an end of memory and processes', (_name, service) => {
  expect(service.cap_drop).toEqual(['ALL'])
  expect(service.cap_add).toBeUndefined()
  expect(service.security_opt).toContain('no-new-privileges:true')
  expect(service.pids_limit).toBeGreaterThan(0)
  expect(service.mem_limit).toMatch(/^\d+[mg]$/)
})

test('all but those whose image writes its own configuration are read-only', () => {
  const writable = all.filter(([, { read_only: readOnly }]) => readOnly !== true)
  expect(writable.map(([name]) => name)).toEqual(['temporal', 'ui'])
})

test("of the owner's keys the worker sees the one that it needs", () => {
  const mounted = (services['worker']?.volumes ?? []).map((it) =>
    typeof it === 'string' ? it : it.source,
  )
  const keys = mounted.filter((source) => source.includes('.ssh'))
  expect(keys).toEqual(['${OPERATOR_HOME:-/root}/.ssh/${SSH_KEY:-id_ed25519}'])
})

test('production runs on a Node that is maintained, and the package says which will do', () => {
  const bases = [...readFileSync('Dockerfile', 'utf8').matchAll(/^FROM node:(\d+)/gm)]
  expect(bases.map(([, major]) => major)).toEqual(['24', '24'])
  const { engines } = JSON.parse(readFileSync('package.json', 'utf8')) as {
    engines: { node: string }
  }
  expect(engines.node).toBe('^20.20 || ^22.12 || ^24')
})

test('what is mounted from the checkout is there', () => {
  const sources = all
    .flatMap(([, { volumes = [] }]) => volumes)
    .map((volume) => (typeof volume === 'string' ? (volume.split(':')[0] ?? '') : volume.source))
    .filter((source) => source.startsWith('.'))
  expect(sources).not.toEqual([])
  for (const source of sources) expect(existsSync(source), source).toBe(true)
})

test('every setting has one default, and the head of the file names it', () => {
  const head = text.slice(0, text.indexOf('\nname:'))
  const used = [...text.matchAll(/\$\{(\w+):-([^}]*)\}/g)].map(
    ([, name, value]) => `${name}=${value}`,
  )
  const named = [...head.matchAll(/^# {3}([A-Z_]+=\S+) /gm)].map(([, setting]) => setting)
  expect([...new Set(used)].sort()).toEqual(named.sort())
})

test('what the Dockerfile copies exists and is sent to the build', () => {
  const sent = readFileSync('.dockerignore', 'utf8')
    .match(/^!.+$/gm)
    ?.map((line) => line.slice(1))
  const copied = [...readFileSync('Dockerfile', 'utf8').matchAll(/^COPY (?!--from)(.+) \S+$/gm)]
    .flatMap(([, sources = '']) => sources.split(' '))
    .sort()
  expect(copied).toEqual(sent?.sort())
  for (const source of copied) expect(existsSync(source), source).toBe(true)
})

test('the build finds its configuration in the image, too', () => {
  const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as {
    scripts: Record<string, string>
  }
  const named = scripts['build']?.match(/[\w.]+\.(json|ts)\b/g)
  expect(named).not.toHaveLength(0)
  const copied = /^COPY (.*tsconfig.*) \.\/$/m.exec(readFileSync('Dockerfile', 'utf8'))?.[1]
  expect(copied?.split(' ')).toEqual(expect.arrayContaining(named ?? []))
})
