import { expect, it } from 'vitest'
import { daemonJson } from './daemon-json.js'
import { globals } from './testing.js'

const wanted = {
  'insecure-registries': ['192.168.8.73:5000'],
  'log-opts': { 'max-file': '5', 'max-size': '50m' },
}
const merged = (existing: object, changes = {}) => {
  const { text, ...rest } = daemonJson(JSON.stringify(existing), { ...globals, ...changes })
  return { json: JSON.parse(text) as unknown, ...rest }
}

it('writes the whole file where there is none', () => {
  const { text, takeover } = daemonJson('', globals)
  expect(JSON.parse(text)).toEqual(wanted)
  expect(takeover).toBe('restart')
})

it('changes nothing the second time', () => {
  const { text } = daemonJson('', globals)
  expect(daemonJson(text, globals)).toEqual({ text, takeover: undefined, movesData: false })
})

it('keeps the keys of others, and needs no restart for a registry', () => {
  const before = { ...wanted, 'insecure-registries': ['other:5000'], 'live-restore': true }
  expect(merged(before)).toEqual({
    json: { ...before, 'insecure-registries': ['other:5000', '192.168.8.73:5000'] },
    takeover: 'reload',
    movesData: false,
  })
})

it('no longer trusts a registry that has TLS now', () => {
  const before = { ...wanted, 'insecure-registries': ['other:5000', '192.168.8.73:5000'] }
  const { json, takeover } = merged(before, { docker_registry_insecure: false })
  expect(json).toMatchObject({ 'insecure-registries': ['other:5000'] })
  expect(takeover).toBe('reload')
})

it('gives a log driver no options that it does not know', () => {
  const { json } = merged({ 'log-driver': 'journald' })
  expect(json).toEqual({ 'log-driver': 'journald', 'insecure-registries': ['192.168.8.73:5000'] })
})

it('tells when the data would be looked for elsewhere', () => {
  const { json, ...rest } = merged(wanted, { docker_runtime_directory: '/srv/docker' })
  expect(json).toMatchObject({ 'data-root': '/srv/docker' })
  expect(rest).toEqual({ takeover: 'restart', movesData: true })
})

it.each(['{', '[]', '"text"'])('refuses %s', (text) => {
  expect(() => daemonJson(text, globals)).toThrow(SyntaxError)
})
