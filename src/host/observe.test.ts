import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { mkdtempSync } from 'node:fs'
import { cpus, hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { configurationDigest, fileState } from '../plan/digest.js'
import { FakeHost } from '../ssh/fake-host.js'
import { SshPool } from '../ssh/pool.js'
import { writeConfiguration } from './configuration.js'
import { leaveNote, removeNote } from './notes.js'
import { observeHost } from './observe.js'

test('observes this machine, with what was written for its containers', async () => {
  const host = await FakeHost.start()
  const pool = new SshPool()
  const listener = createServer().listen(0, '127.0.0.1')
  try {
    await host.trust()
    const remote = pool.remote(host.target)
    const root = mkdtempSync(join(tmpdir(), 'observe-'))
    const files = [
      { path: 'config.json', content: '{}', mode: 0o600 },
      { path: 'a b/c', content: 'x', mode: 0o640 },
    ]
    await writeConfiguration(remote, [{ name: 'cron', files }], { root })
    const notes = join(root, 'drained')
    for (const note of ['rabbitmq', 'osd.3 out', 'noout']) await leaveNote(remote, note, notes)
    await removeNote(remote, 'noout', notes)
    const observed = await observeHost(remote, {
      containers: ['cron', 'missing'],
      folders: ['cron', 'missing'],
      digestKey: 'key',
      galeraVolume: 'mariadb',
      images: true,
      root,
      notes,
    })
    expect(observed.drained).toEqual(['osd.3 out', 'rabbitmq'])
    expect(observed.facts).toMatchObject({
      name: 'kolla1',
      hostname: hostname(),
      cpus: cpus().length,
      interfaces: { lo: ['127.0.0.1/8'] },
    })
    expect(observed.facts.memoryBytes).toBeGreaterThan(2 ** 28)
    expect(observed.configuration).toEqual({
      cron: configurationDigest('key', files.map(fileState)),
    })
    const { port } = listener.address() as AddressInfo
    expect(observed.listeners).toContainEqual(
      expect.objectContaining({ address: '127.0.0.1', port, pid: process.pid }),
    )
  } finally {
    listener.close()
    await pool.close()
    await host.stop()
  }
})
