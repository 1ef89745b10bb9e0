import { randomBytes } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import type { KollaTemporal, OperationHandle } from '../../../src/client/index.js'
import type { Waiting } from '../../../workflows/operations.js'
import { cloud } from '../../support/installation.js'
import type { Installation } from '../../support/installation.js'
import { eventually, hosts, onHost, onHosts } from '../../support/lab.js'
import type { Outcome } from '../../support/lab.js'
import { containersOn, querySql } from '../../support/outside.js'
import { OpenStack } from '../../support/openstack.js'
import { digestOf, hide, pushAnew } from '../../support/registry.js'
import { ReleasedCloud, next, old, tagOf } from '../../support/releases.js'
import { Probe } from '../../support/probe.js'

/**
 * What an operator decides on the way from 2025.2 to 2026.1, what he is refused, and what he does to the database
 * meanwhile. The cloud has Glance with its images in files, besides Keystone. The parts build on each other and run in
 * this order; `lab/upgrade` goes there, back, and there again without a hand.
 */
let released: ReleasedCloud
let installation: Installation
let client: KollaTemporal
let openstack: OpenStack
let image: string
const content = randomBytes(4 * 2 ** 20)

beforeAll(async () => {
  released = await ReleasedCloud.deploy('with images')
  ;({ installation, client } = released)
  openstack = await OpenStack.of(installation)
  image = await openstack.createImage('before', content)
})
afterAll(() => released.stop())

/** Refused with these reasons, as bad input, and no container was touched. */
async function refused(
  verb: readonly string[],
  ...reasons: readonly (string | RegExp)[]
): Promise<void> {
  const before = await containersOn(hosts)
  const { code, stderr } = await installation.attempt(...verb)
  for (const reason of reasons) expect(stderr).toMatch(reason)
  expect(code).toBe(2)
  expect(await containersOn(hosts)).toEqual(before)
}

describe('bad input', () => {
  it.each([
    [['upgrade', '2031.1'], 'must be one of 2025.2, 2026.1'],
    [['upgrade', 'newest'], 'a release such as 2026.1'],
    [['upgrade', '2026.1', '--batch', 'all'], 'a part of them such as 50%'],
    [['upgrade', '2026.1', '--canary', 'soon'], 'approval, or a number of seconds'],
    [['rollback'], 'there is no release record to go back to'],
    [['rollback', '2024.1-x'], 'there is no release record to go back to'],
    [['mariadb-restore', '--confirm'], 'there is no backup'],
  ])('%j is refused, and nothing is touched', (verb, reason) => refused(verb, reason))

  it('of a cloud that is not as its files say is refused', async () => {
    onTestFinished(await installation.edit('config/keystone.conf', 'rounds = 4', 'rounds = 5'))
    await refused(['upgrade', next], 'kolla1: error: keystone is not as the files describe it')
  })

  it('to a release of which the registry lacks images is refused, and they are named', async () => {
    for (const image of ['memcached', 'rabbitmq']) onTestFinished(await hide(image, tagOf(next)))
    await refused(['upgrade', next], `memcached:${tagOf(next)}`, `rabbitmq:${tagOf(next)}`)
  })

  it('of a host whose disk is nearly full is refused', async () => {
    // What the host says of its disk: the lab's hosts share the machine's.
    const full = '#!/bin/sh\n[ "$1" = --file-system ] && echo 1 4096 || exec /usr/bin/stat "$@"\n'
    onTestFinished(async () => {
      await onHost('kolla1', 'rm /usr/local/sbin/stat')
    })
    await onHost('kolla1', 'cat >/usr/local/sbin/stat; chmod +x /usr/local/sbin/stat', full)
    // The images come first, where they are still to be pulled.
    const reason = /kolla1: error: the (images|backup of the database and its proof) need .* free/
    await refused(['upgrade', next], reason)
  })
})

describe('the database', () => {
  it('is put back to an incremental backup, as a query shows', async () => {
    await installation.run('mariadb-backup')
    await querySql(
      installation,
      'CREATE DATABASE kept; CREATE TABLE kept.t (a INT PRIMARY KEY); INSERT INTO kept.t VALUES (7)',
    )
    expect(await installation.run('mariadb-backup', '--incremental')).toContain('proven')
    await querySql(installation, 'DROP DATABASE kept')
    const { stderr, code } = await installation.attempt('mariadb-restore')
    expect(code).toBe(2)
    expect(stderr).toContain('what was written since is lost')
    await installation.run('mariadb-restore', '--confirm')
    const seen = await onHosts("docker exec mariadb mariadb -NBe 'SELECT a FROM kept.t'")
    expect(seen).toEqual(['7', '7', '7'])
    expect(await installation.run('plan')).toContain('Nothing to change')
  })

  it('is recovered from the newest member after a clean end and after a crash of all', async () => {
    await onHosts('docker stop mariadb')
    await onHosts('docker start mariadb')
    expect(await installation.run('plan')).toContain('no member serves: all were ended')
    await installation.run('deploy')
    await onHost('kolla2', 'docker exec mariadb mariadb -e "INSERT INTO kept.t VALUES (8)"')
    // What the last view holds would let them find each other; without it only the data tell who is newest.
    await onHosts(
      'docker kill mariadb; rm -f $(docker volume inspect -f {{.Mountpoint}} mariadb)/gvwstate.dat',
    )
    await installation.run('mariadb-recovery')
    expect(await querySql(installation, 'SELECT COUNT(*) FROM kept.t')).toBe('2')
    expect(await querySql(installation, "SHOW STATUS LIKE 'wsrep_cluster_size'")).toMatch(/3$/)
    expect(await installation.run('mariadb-recovery')).toContain('nothing to recover')
  })
})

describe('an upgrade in the hands of its operator', () => {
  let upgrading: Promise<Outcome>
  let operation: OperationHandle
  let probe: Probe

  async function start(...options: readonly string[]): Promise<void> {
    const known = new Set((await client.history(cloud)).map(({ workflowId }) => workflowId))
    upgrading = installation.attempt('upgrade', next, ...options)
    const begun = await eventually(
      async () => (await client.history(cloud)).find(({ workflowId }) => !known.has(workflowId)),
      Boolean,
      30,
    )
    operation = client.get(begun?.workflowId ?? '')
  }
  const waitsFor = (kind: Waiting['kind'], what: string) =>
    eventually(
      () => operation.waiting(),
      (waiting) => waiting?.kind === kind && waiting.what.includes(what),
      180,
    )

  /** As somebody does who has read what waits. */
  async function approve(): Promise<void> {
    const { plan, step = '' } = (await operation.waiting()) ?? {}
    const name = plan === undefined ? ['--step', step] : ['--plan', plan]
    await installation.run('approve', ...name)
  }

  it('touches nothing when it is aborted before it is approved', async () => {
    const before = await containersOn(hosts)
    await start('--approve')
    await waitsFor('approval', `${old} → ${next}`)
    await installation.run('abort')
    expect((await upgrading).code).not.toBe(0)
    expect(await containersOn(hosts)).toEqual(before)
  })

  it('wants another approval when its plan has changed', async () => {
    const before = await containersOn(hosts)
    await start('--approve', '--canary', 'approval', '--batch', '50%')
    const first = await waitsFor('approval', `${old} → ${next}`)
    // Of an image that was built here, the new one would be refused.
    await rm(join(installation.state, 'built-images.json'))
    released.undo.push(await pushAnew('memcached', tagOf(next)))
    const unread = await installation.attempt('approve')
    expect(unread.code).toBe(2)
    expect(unread.stderr).toContain(`approve --plan ${first?.plan}`)
    await installation.run('approve', '--plan', first?.plan ?? '')
    const changed = await eventually(
      () => operation.waiting(),
      (waiting) => waiting?.kind === 'approval' && waiting.plan !== first?.plan,
      60,
    )
    const { code, stderr } = await installation.attempt('approve', '--plan', first?.plan ?? '')
    expect(code).toBe(2)
    expect(stderr).toContain(`approve {"plan":"${changed?.plan}"}`)
    expect(await containersOn(hosts)).toEqual(before)
  })

  it('waits at a step that failed for a decision', async () => {
    probe = new Probe(() => released.keystone.token())
    await onHost(
      'kolla1',
      'mount --bind /etc/kolla/cron /etc/kolla/cron; mount -o remount,bind,ro /etc/kolla/cron',
    )
    await approve()
    await waitsFor('failure', 'cron on kolla1 failed')
    expect(await installation.run('explain')).toContain('cron on kolla1 failed')
    const { stderr } = await installation.attempt('approve', '--plan', 'none')
    expect(stderr).toContain('nothing waits for an approval')
    await installation.run('decide', 'retry', '--step', 'cron on kolla1')
    const again = 'cron on kolla1, attempt 2'
    await eventually(
      () => operation.waiting(),
      (waiting) => waiting?.step === again,
      180,
    )
    const late = await installation.attempt('decide', 'skip', '--step', 'cron on kolla1')
    expect(late.code).toBe(2)
    await installation.run('decide', 'skip', '--step', again)
  })

  it('waits after the first host of each service, and is held by a pause', async () => {
    await waitsFor('canary', 'cron on kolla1')
    await installation.run('pause')
    await approve()
    await waitsFor('paused', 'paused')
    await installation.run('resume')
    // Glance is on the one host that has its files.
    for (const service of ['loadbalancer', 'memcached', 'mariadb', 'rabbitmq', 'keystone']) {
      await waitsFor('canary', `${service} on `)
      await approve()
    }
    const { stdout, stderr, code } = await upgrading
    expect(stderr).toBe('')
    expect(code).toBe(0)
    expect(stdout).toContain('Left undone: cron on kolla1')
    await released.expectToRun(next)
  })

  it('fails no request', async () => {
    const { answers, failures, longestGap } = await probe.stop()
    console.log(`upgrade: ${answers} tokens, longest gap ${longestGap} ms`)
    expect(failures).toEqual([])
    expect(answers).toBeGreaterThan(200)
    expect(longestGap).toBeLessThan(10_000)
  })

  it('is finished by another one', async () => {
    await onHost('kolla1', 'umount /etc/kolla/cron')
    expect(await installation.run('upgrade', next)).toContain('1 replaced')
    expect((await installation.attempt('plan')).stderr).toContain('deploy changes no release')
    await released.describeAs(next)
    await released.expectToBe(next, 'before')
    expect(await openstack.imageContent(image)).toEqual(content)
    expect(await installation.run('releases')).toContain('before the upgrade to 2026.1')
  })

  it('is not to be taken back by an upgrade', () => refused(['upgrade', old], 'use rollback'))
})

describe('a rollback', () => {
  it('names the moment to which the data go back, and asks', async () => {
    await released.keystone.createUser('lost')
    await refused(['rollback'], 'what was written since is lost')
    expect((await installation.attempt('rollback')).stderr).toMatch(/20\d\d-\d\d-\d\dT/)
  })

  it('to a record whose images are gone is refused, and they are named', async () => {
    const digest = await digestOf('memcached', tagOf(old))
    const image = `192.168.8.73:5000/kolla/memcached@${digest}`
    await onHost('kolla2', `docker rmi ${image} 192.168.8.73:5000/kolla/memcached:${tagOf(old)}`)
    onTestFinished(await hide('memcached', digest))
    await refused(['rollback', '--confirm'], 'kolla2: error: images of 2025.2-', image)
  })

  it('pulls them where they are gone from a host alone, and takes back what was finished by another upgrade', async () => {
    expect(await installation.run('rollback', '--confirm')).toContain('back to 2025.2-')
    await released.describeAs(old)
    await released.expectToBe(old, 'before')
    expect(await openstack.imageContent(image)).toEqual(content)
  })
})
