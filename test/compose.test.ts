import { existsSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { parse } from 'yaml'

interface Service {
  readonly environment?: Record<string, string>
  readonly ports?: readonly string[]
  readonly volumes?: readonly (string | { readonly source: string })[]
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
