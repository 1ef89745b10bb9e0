import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { KollaTemporal, OperationHandle } from '../../../src/client/index.js'
import { cloud } from '../../support/installation.js'
import type { Installation } from '../../support/installation.js'
import { eventually, hosts, lab, onHost, onHosts } from '../../support/lab.js'
import { killAtEveryStep, verbsOf } from '../../support/mortal-worker.js'
import { containersOn } from '../../support/outside.js'
import { derive, digestOf, remember } from '../../support/registry.js'
import { ReleasedCloud, next, old, tagOf } from '../../support/releases.js'

/**
 * Upgrades and rollbacks that fail, die, or lose their worker again and again. The parts build on each other and run in
 * this order.
 */
let released: ReleasedCloud
let installation: Installation
let client: KollaTemporal

beforeAll(async () => {
  released = await ReleasedCloud.deploy()
  ;({ installation, client } = released)
})
afterAll(() => released.stop())

/** An upgrade that ends by force when the second member of MariaDB is to be replaced. */
async function dieBetweenMembers(): Promise<void> {
  const operation = await client.start('upgrade', { cloud, release: next })
  for await (const event of operation.events()) {
    if (event.type !== 'stepScheduled') continue
    const { verb, summary } = event.step
    if (verb === 'replaceMariadb' && summary === 'kolla2') break
  }
  await installation.attempt('abort', '--force')
}

describe('an upgrade that died between two members of MariaDB', () => {
  it('can not be deployed over', async () => {
    await dieBetweenMembers()
    expect((await client.history(cloud))[0]).toMatchObject({ status: 'terminated' })
    const version = await onHost('kolla1', "docker exec mariadb mariadb -NBe 'SELECT VERSION()'")
    expect(version).toMatch(/^11\.8/)
    const { code, stderr } = await installation.attempt('plan')
    expect(code).toBe(2)
    expect(stderr).toContain('deploy changes no release')
  })

  it('is rolled back without a loss', async () => {
    await released.populate('meanwhile')
    expect(await installation.run('rollback')).toContain('back to 2025.2-')
    await released.expectToBe(old, 'before', 'meanwhile')
  })
})

describe('a host that is lost in the middle of an upgrade', () => {
  it('is left out of the rollback once it is out of the inventory, and comes back to the others', async () => {
    await dieBetweenMembers()
    await lab('poweroff', 'kolla3')
    const { code, stderr } = await installation.attempt('rollback')
    expect(code).toBe(2)
    expect(stderr).toContain('kolla3: error:')
    const put = await installation.edit('multinode', /^kolla3 .*\n/m, '')
    await installation.edit('multinode', /kolla\[1:3\]/g, 'kolla[1:2]')
    const { stdout, stderr: warned } = await installation.attempt('rollback', '--confirm')
    expect(stdout).toContain('back to 2025.2-')
    expect(warned).toContain("kolla3 was of the record's cloud")
    await released.populate('without kolla3')
    await put()
    await lab('poweron', 'kolla3')
    // It still has what the upgrade had given it: the same rollback takes that back, too.
    await eventually(() => installation.run('rollback'), Boolean, 300)
    await released.expectToBe(old, 'before', 'meanwhile', 'without kolla3')
  })
})

describe('a broken image of the new Keystone', () => {
  it('ends at the canary, and the old release goes on serving', async () => {
    const broken = '2026.1-broken'
    const from = tagOf(next)
    const breakage = ['USER root', 'RUN rm "$(command -v uwsgi)"', 'USER keystone']
    await derive({ image: 'keystone', tag: broken, from }, ...breakage)
    await derive({ image: 'keystone-ssh', tag: broken, from })
    await derive({ image: 'keystone-fernet', tag: broken, from })
    const before = await containersOn(hosts)
    const put = await installation.edit('globals.yml', /$/, `keystone_tag: "${broken}"\n`)
    const { code, stderr } = await installation.attempt('upgrade', next, '--on-failure', 'rollback')
    await put()
    expect(code).toBe(1)
    expect(stderr).toContain('failed and was rolled back')
    // A new API is loaded beside the one that serves: one that does not load takes nothing away.
    const after = await containersOn(hosts)
    const ids = (all: typeof before) => hosts.map((host) => all.get(`${host}/keystone`)?.id)
    expect(ids(after)).toEqual(ids(before))
    await released.expectToBe(old, 'before', 'meanwhile')
  })
})

describe('an image of RabbitMQ that vanishes from a host in the middle of an upgrade', () => {
  it('leaves the drained node its work, and the decision to a person', async () => {
    const operation = await client.start('upgrade', { cloud, release: next })
    for await (const event of operation.events()) {
      if (event.type === 'stepScheduled' && event.step.verb === 'replaceMariadb') break
    }
    // The one that runs is in use and stays.
    const images = "docker images --quiet --filter reference='*/*/rabbitmq'"
    await onHost('kolla1', `docker rmi --force $(${images}); [ $(${images} | wc -l) = 1 ]`)
    const waits = () => operation.waiting()
    const waiting = await eventually(waits, (it) => it?.kind === 'failure', 300)
    expect(waiting?.what).toMatch(/^rabbitmq on kolla1 failed: .*o such image/)
    const status = 'docker exec rabbitmq rabbitmqctl --quiet status --formatter json'
    expect(JSON.parse(await onHost('kolla1', status))).toMatchObject({
      is_under_maintenance: false,
      listeners: expect.arrayContaining([expect.objectContaining({ port: 5672 })]) as unknown,
    })
    await operation.decide({ step: 'rabbitmq on kolla1', decision: 'rollback' })
    const asked = await eventually(waits, (it) => it?.kind === 'approval', 300)
    await operation.approve({ plan: asked?.plan ?? '' })
    await expect(operation.result()).rejects.toThrow('was rolled back')
    await released.expectToBe(old, 'before', 'meanwhile')
  })
})

describe('an image that was built anew under its tag', () => {
  it('is refused until it is adopted, and deployed within the release: the records so far are of another one', async () => {
    released.undo.push(await remember('cron', tagOf(old)))
    const before = await digestOf('cron', tagOf(old))
    await derive({ image: 'cron', tag: tagOf(old) }, 'LABEL built=anew')
    expect(await digestOf('cron', tagOf(old))).not.toBe(before)
    const { code, stderr } = await installation.attempt('deploy')
    expect(code).not.toBe(0)
    expect(stderr).toContain('build --adopt cron')
    await installation.run('build', '--adopt', 'cron')
    expect(await installation.run('deploy')).toContain('3 replaced')
  })
})

/** Verbs of an operation that came to their end with a kill of the worker in none of them. */
async function spared(operation: OperationHandle, killed: ReadonlySet<string>): Promise<string[]> {
  return (await verbsOf(operation)).filter((verb) => !killed.has(verb))
}

describe('a worker that is killed in every kind of step', () => {
  let before: string[]

  it('of an upgrade leaves its end the same', async () => {
    before = await released.state()
    const operation = await client.start('upgrade', { cloud, release: next })
    const killed = await killAtEveryStep(installation, operation.workflowId)
    await operation.result()
    console.log(`upgrade: killed in ${[...killed].join(', ')}`)
    expect(await spared(operation, killed)).toEqual([])
    await released.describeAs(next)
    await released.expectToBe(next, 'before', 'meanwhile')
    await installation.run('check')
  })

  it('of a rollback leaves its end the same', async () => {
    await released.keystone.createUser('lost')
    const operation = await client.start('rollback', { cloud, confirm: true })
    const killed = await killAtEveryStep(installation, operation.workflowId)
    expect((await operation.result()).summary).toContain('back to 2025.2-')
    console.log(`rollback: killed in ${[...killed].join(', ')}`)
    expect(await spared(operation, killed)).toEqual([])
    await released.describeAs(old)
    await released.expectToBe(old, 'before', 'meanwhile')
    expect(await released.state()).toEqual(before)
    expect(await released.keystone.userNames()).not.toContain('lost')
  })

  it('leaves no client held back, and no member drained', async () => {
    const rules = await onHosts('iptables -S INPUT')
    expect(rules).toEqual(hosts.map(() => '-P INPUT ACCEPT'))
    const drained = await onHosts(
      'docker exec -i keepalived socat stdio unix-connect:/var/lib/kolla/haproxy/haproxy.sock <<<"show stat" | grep -c DRAIN || true',
    )
    expect(drained).toEqual(hosts.map(() => '0'))
  })
})

describe('prune', () => {
  const backupOf = (record: string) => /\(([^ ]+-full) on kolla1\)/.exec(record)?.[1]

  it('removes older records, their backups and images; nothing that runs, nor what a kept record needs', async () => {
    const before = await released.state()
    const records = async () =>
      (await installation.run('releases')).split('\n').filter((line) => line.startsWith(old))
    const images = () => onHosts("docker images --digests --format '{{.Repository}}@{{.Digest}}'")
    const had = await images()
    const [last = '', ...older] = await records()
    expect(older).toHaveLength(4)
    await installation.run('prune', '--keep', '1')
    expect(await records()).toEqual([last])
    const folder = '$(docker volume inspect -f {{.Mountpoint}} mariadb_backup)'
    expect((await onHost('kolla1', `ls ${folder}`)).split('\n')).toEqual([backupOf(last)])
    // The older ones had another cron; all else the last one needs.
    for (const [index, has] of (await images()).entries()) {
      const gone = (had[index] ?? '').split('\n').filter((image) => !has.includes(image))
      expect(gone).toHaveLength(1)
      expect(gone[0]).toContain('kolla/cron@')
    }
    expect(await released.state()).toEqual(before)
  })
})
