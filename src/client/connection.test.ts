import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { isLocal, resolveServer, splitAddress } from './connection.js'

describe('resolveServer', () => {
  let folder: string

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'kolla-temporal-'))
    const profiles =
      '[profile.default]\naddress = "a:1"\n[profile.prod]\naddress = "b:2"\nnamespace = "ops"\n'
    await writeFile(join(folder, 'temporal.toml'), profiles)
    vi.stubEnv('TEMPORAL_CONFIG_FILE', join(folder, 'none.toml'))
    for (const name of ['ADDRESS', 'NAMESPACE', 'PROFILE'])
      vi.stubEnv(`TEMPORAL_${name}`, undefined)
  })
  afterEach(async () => {
    vi.unstubAllEnvs()
    await rm(folder, { recursive: true })
  })

  it('is the local server when nothing says otherwise', () => {
    expect(resolveServer()).toMatchObject({ address: '127.0.0.1:7233', namespace: 'default' })
  })

  it("reads Temporal's own client profile, then the environment, then the options", () => {
    vi.stubEnv('TEMPORAL_CONFIG_FILE', join(folder, 'temporal.toml'))
    expect(resolveServer().address).toBe('a:1')
    expect(resolveServer({ profile: 'prod' })).toMatchObject({ address: 'b:2', namespace: 'ops' })
    vi.stubEnv('TEMPORAL_ADDRESS', 'c:3')
    expect(resolveServer().address).toBe('c:3')
    expect(resolveServer({ address: 'd:4', namespace: 'mine' })).toMatchObject({
      address: 'd:4',
      namespace: 'mine',
      options: { address: 'd:4' },
    })
  })

  it('names a profile that does not exist', () => {
    expect(() => resolveServer({ profile: 'nowhere' })).toThrow("'nowhere' not found")
  })
})

it('tells this machine from others, and hosts from ports', () => {
  expect(['127.0.0.1:7233', 'localhost:1', '[::1]:7233'].map(isLocal)).toEqual([true, true, true])
  expect(['10.0.0.1:7233', 'localhost.example.org:1'].map(isLocal)).toEqual([false, false])
  expect(splitAddress('[::1]:7000')).toEqual({ host: '::1', port: 7000 })
  expect(splitAddress('temporal')).toEqual({ host: 'temporal', port: 7233 })
})
