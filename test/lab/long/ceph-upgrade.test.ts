import { readFile, readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { ceph, cephJson, enableCeph, s3Object, wipeDisks } from '../../support/ceph.js'
import type { S3Object } from '../../support/ceph.js'
import { Installation, cloud } from '../../support/installation.js'
import { cleanHosts, hosts, onHost, onHosts } from '../../support/lab.js'
import { containersOn } from '../../support/outside.js'

const text = `written before the upgrade, ${Date.now()}`

/** A cloud goes to its next release, its Ceph, too, which then stays there. The parts run in this order. */
let installation: Installation
let object: S3Object
beforeAll(async () => {
  installation = await Installation.start()
  await enableCeph(installation)
  const release = 'openstack_release: "2026.1"'
  await installation.run('bootstrap-servers', '--take-over')
  for (const from of [release, 'openstack_release: "2025.2"']) {
    if (from !== release) await installation.edit('globals.yml', release, from)
    await installation.run('build')
  }
  await cleanHosts()
  await wipeDisks()
  await installation.run('deploy')
  await installation.run('post-deploy')
  object = await s3Object(installation)
  await object.put(text)
})
afterAll(() => installation.stop())

/** Reads the object with whichever host answers. */
async function readObject(): Promise<string> {
  const read = 'timeout 20 docker exec ceph_mon rados --pool images get object -'
  const errors: unknown[] = []
  for (const host of hosts) {
    try {
      return await onHost(host, read)
    } catch (error) {
      errors.push(error) // its monitor is being replaced
    }
  }
  throw errors[0]
}

/** Reads one over and over while something happens. Returns how often it was there, and what was wrong. */
async function readingWhile(
  read: () => Promise<string>,
  body: Promise<unknown>,
): Promise<{ reads: number; wrong: string[] }> {
  const state = { over: false }
  let reads = 0
  const wrong: string[] = []
  const reading = (async () => {
    while (!state.over) {
      const found = await read().catch((error: unknown) => String(error))
      reads += 1
      if (found !== text) wrong.push(found)
      await new Promise((resolve) => setTimeout(resolve, 500))
    }
  })()
  try {
    await body
  } finally {
    state.over = true
    await reading
  }
  return { reads, wrong }
}

/** Version and name of the release of all daemons, each once: `18.2.7 reef`. */
async function versions(): Promise<string[]> {
  const { overall } = await cephJson<{ overall: Record<string, number> }>('kolla3', 'versions')
  const named = Object.keys(overall).map((it) => /version (\S+) \(\w+\) (\w+)/.exec(it))
  return named.map((match) => match?.[2] ?? '')
}

it('shows what becomes of Ceph, and from where on it stays, without doing it', async () => {
  expect(await versions()).toEqual(['pacific'])
  await onHost('kolla1', 'docker exec -i ceph_mon rados --pool images put object -', text)
  const plan = await installation.run('upgrade', '2026.1', '--dry-run')
  expect(plan).toMatch(/^- Ceph 16\.2\.\d+ → 18\.2\.\d+/m)
  expect(plan).toMatch(/\d\. ceph-mon on kolla1, kolla2, kolla3.*image 2025\.2 → 2026\.1/)
  expect(plan).toContain('the last monitor of Ceph')
  expect(await versions()).toEqual(['pacific'])
})

it('takes every daemon along while its data are read', { timeout: 900_000 }, async () => {
  const upgrade = installation.run('upgrade', '2026.1')
  const [rados, s3] = await Promise.all([
    readingWhile(readObject, upgrade),
    readingWhile(object.get, upgrade),
  ])
  for (const { reads, wrong } of [rados, s3]) {
    expect(wrong).toEqual([])
    expect(reads).toBeGreaterThan(10)
  }
  expect(await versions()).toEqual(['reef'])
  const { health } = await cephJson<{ health: { status: string } }>('kolla1', 'status')
  expect(health, JSON.stringify(health)).toMatchObject({ status: 'HEALTH_OK' })
  const map = await cephJson<{ require_osd_release: string; flags: string }>('kolla1', 'osd dump')
  expect(map.require_osd_release).toBe('reef')
  expect(map.flags.split(',')).not.toContain('noout')
  expect(await readObject()).toBe(text)
  expect(await object.get()).toBe(text)
  console.log(`${rados.reads} reads by rados and ${s3.reads} by S3 during the upgrade, none failed`)
})

it('keeps maps and keys for the worker alone', async () => {
  const folder = join(installation.state, 'clouds', cloud, 'releases')
  const [name = ''] = await readdir(folder)
  expect((await stat(join(folder, name))).mode & 0o077).toBe(0)
  const kept = JSON.parse(await readFile(join(folder, name), 'utf8')) as {
    ceph: { monmap: string; auth: string }
  }
  const key = await ceph('kolla1', 'auth get-key client.admin')
  expect(kept.ceph.auth).toContain(key)
  const print = 'base64 -d >/tmp/monmap && monmaptool --print /tmp/monmap && rm /tmp/monmap'
  const printed = await onHost(
    'kolla1',
    `docker exec -i ceph_mon bash -c '${print}'`,
    kept.ceph.monmap,
  )
  expect(printed).toContain('min_mon_release 16 (pacific)')
  expect(await installation.histories()).not.toContain(key)
  expect(await installation.logs()).not.toContain(key)
})

it('stays where it is when the rest goes back, and says what to write', async () => {
  const before = await containersOn(hosts)
  const said = await installation.run('rollback', '--confirm')
  expect(said).toContain(
    'Set openstack_release: "2025.2" and ceph_tag: "2026.1-debian-trixie" in globals.yml.',
  )
  const after = await containersOn(hosts)
  const same = [...before].filter(([name, { id }]) => after.get(name)?.id === id)
  const isCeph = (name: string) => name.includes('/ceph_')
  expect(same.map(([name]) => name).sort()).toEqual([...before.keys()].filter(isCeph).sort())
  const keystones = await onHosts('docker exec keystone keystone-manage --version')
  expect(keystones.map((version) => version.split('.')[0])).toEqual(['28', '28', '28'])

  const { code, stderr } = await installation.attempt('plan')
  expect({ code, stderr }).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('set ceph_tag: "2026.1-debian-trixie"') as string,
  })
  await installation.edit(
    'globals.yml',
    'openstack_release: "2025.2"',
    'openstack_release: "2025.2"\nceph_tag: "2026.1-debian-trixie"',
  )
  expect(await installation.run('plan')).toContain('Nothing to change')
  const again = await installation.run('upgrade', '2026.1', '--dry-run')
  expect(again).toMatch(/keep the release record\n2\. cron/)
  expect(again).not.toContain('ceph-mon')
  expect(await readObject()).toBe(text)
  expect(await object.get()).toBe(text)
})
