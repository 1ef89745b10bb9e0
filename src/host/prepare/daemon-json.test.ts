import { describe, expect, it } from 'vitest'
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

describe('docker_custom_config', () => {
  const custom = (config: Record<string, unknown>, before: object = wanted) =>
    merged(before, { docker_custom_config: config })

  it('is put over everything, key by key', () => {
    const config = { 'live-restore': true, 'log-opts': { 'max-size': '1g' }, 'data-root': '/srv' }
    expect(custom(config, { ...wanted, 'live-restore': false, mtu: 1400 })).toEqual({
      json: { ...wanted, ...config, mtu: 1400 },
      takeover: 'restart',
      movesData: true,
    })
  })

  it('changes nothing the second time', () => {
    const changes = {
      ...globals,
      docker_custom_config: { 'insecure-registries': ['x'], mtu: 1400 },
    }
    const { text } = daemonJson('', changes)
    expect(daemonJson(text, changes)).toEqual({ text, takeover: undefined, movesData: false })
  })

  it('leaves our registry trusted', () => {
    const { json, takeover } = custom({ 'insecure-registries': ['other:5000'] })
    expect(json).toMatchObject({ 'insecure-registries': ['other:5000', '192.168.8.73:5000'] })
    expect(takeover).toBe('reload')
  })

  it('may trust it by itself', () => {
    const config = { 'insecure-registries': ['192.168.8.73:5000'] }
    const changes = { docker_custom_config: config, docker_registry_insecure: false }
    expect(merged(wanted, changes)).toEqual({ json: wanted, takeover: undefined, movesData: false })
  })

  it('may choose a log driver, which gets none of our options', () => {
    const { json } = custom({ 'log-driver': 'journald' }, { ...wanted, mtu: 1400 })
    expect(json).toEqual({
      'insecure-registries': ['192.168.8.73:5000'],
      'log-driver': 'journald',
      mtu: 1400,
    })
    expect(custom({ 'log-driver': 'journald', 'log-opts': { tag: 'x' } }).json).toMatchObject({
      'log-opts': { tag: 'x' },
    })
  })

  it('asks for no restart where a reload is enough', () => {
    expect(custom({ 'registry-mirrors': ['https://mirror'] }).takeover).toBe('reload')
    expect(custom({ mtu: 1400 }).takeover).toBe('restart')
  })
})

it.each(['{', '[]', '"text"'])('refuses %s', (text) => {
  expect(() => daemonJson(text, globals)).toThrow(SyntaxError)
})
