import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Installation, cloud } from '../support/installation.js'
import { Keystone } from '../support/keystone.js'
import { cleanHosts, hosts, lab, onHost, onHosts } from '../support/lab.js'
import { containersOn, querySql } from '../support/outside.js'
import { TokenProbe } from '../support/token-probe.js'

/**
 * From 2025.2 to 2026.1, back, and there again, on real images, with data kept and the API answering; looked at from
 * outside. The parts build on each other and run in this order.
 */
const [old, next] = ['2025.2', '2026.1']
const tag = { [old]: '2025.2-debian-bookworm', [next]: '2026.1-debian-trixie' }
let installation: Installation
let keystone: Keystone
let forgetRelease: () => Promise<void>

beforeAll(async () => {
  installation = await Installation.start()
  await cleanHosts()
  await installation.run('bootstrap-servers')
  await installation.run('build')
  forgetRelease = await installation.edit(
    'globals.yml',
    /^openstack_release: .*$/m,
    `openstack_release: "${old}"`,
  )
  await installation.run('build')
  // Two processors for four hosts can't hash passwords five times a second.
  await installation.write('config/keystone.conf', '[identity]\npassword_hash_rounds = 4\n')
  await installation.run('deploy')
  await installation.run('post-deploy')
  keystone = await Keystone.of(installation)
})
afterAll(() => installation.stop())

/** What each host's Keystone and MariaDB say that they are. */
async function versions(): Promise<string[]> {
  const version = `mariadb -NBe "SELECT SUBSTRING_INDEX(VERSION(), '-', 1)"`
  const seen = await onHosts(
    `docker exec keystone keystone-manage --version; docker exec mariadb ${version}`,
  )
  return seen.map((text) => text.replace(/(\d+\.\d+)\S*/g, '$1').replace('\n', ' '))
}

const ofOld = hosts.map(() => '28.1 10.11')
const ofNext = hosts.map(() => '29.1 11.8')

/** Digests of the images that run, as the registry names them. */
async function runs(release: string): Promise<void> {
  const wanted = await Promise.all(
    ['keystone', 'mariadb-server', 'rabbitmq', 'haproxy'].map((image) =>
      digestOf(image, tag[release] ?? ''),
    ),
  )
  for (const seen of await onHosts(
    "docker inspect -f '{{.Image}}' keystone mariadb rabbitmq haproxy | xargs docker inspect -f '{{.RepoDigests}}'",
  )) {
    for (const digest of wanted) expect(seen).toContain(digest)
  }
}

async function digestOf(image: string, ofTag: string): Promise<string> {
  const response = await fetch(`http://192.168.8.73:5000/v2/kolla/${image}/manifests/${ofTag}`, {
    method: 'HEAD',
    headers: { accept: 'application/vnd.docker.distribution.manifest.v2+json' },
  })
  return response.headers.get('docker-content-digest') ?? `no ${image}:${ofTag}`
}

describe('bad input', () => {
  it.each([
    [['upgrade', '2031.1'], 'must be one of 2025.2, 2026.1'],
    [['upgrade', 'newest'], 'a release such as 2026.1'],
    [['upgrade', '2026.1', '--batch', 'all'], 'a part of them such as 50%'],
    [['rollback'], 'there is no release record to go back to'],
    [['mariadb-restore', '--confirm'], 'there is no backup'],
  ])('%j is refused, and nothing is touched', async (verb, reason) => {
    const before = await containersOn(hosts)
    const { code, stderr } = await installation.attempt(...verb)
    expect(stderr).toContain(reason)
    expect(code).toBe(2)
    expect(await containersOn(hosts)).toEqual(before)
  })

  it('of a cloud that is not as its files say is refused', async () => {
    const undo = await installation.edit('config/keystone.conf', 'rounds = 4', 'rounds = 5')
    const { code, stderr } = await installation.attempt('upgrade', next)
    expect(code).toBe(2)
    expect(stderr).toContain('kolla1: error: keystone is not as the files describe it for 2025.2')
    await undo()
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
    await installation.run('mariadb-recovery')
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

describe('a broken image of the new Keystone', () => {
  it('ends at the canary, and the old release goes on serving', async () => {
    await keystone.createUser('before')
    await keystone.createProject('before')
    await breakKeystone()
    const restoreGlobals = await installation.edit(
      'globals.yml',
      /$/,
      'keystone_tag: "2026.1-broken"\n',
    )
    const { code, stderr } = await installation.attempt('upgrade', next, '--on-failure', 'rollback')
    await restoreGlobals()
    expect(code).toBe(1)
    expect(stderr).toContain('failed and was rolled back')
    expect(await versions()).toEqual(ofOld)
    await runs(old)
    expect(await keystone.userNames()).toContain('before')
    expect(await installation.run('plan')).toContain('Nothing to change')
  })
})

/** Images of the new Keystone whose migrations work and whose API does not start. */
async function breakKeystone(): Promise<void> {
  const images = '192.168.8.73:5000/kolla'
  await lab(
    'ssh',
    'kollar',
    `set -e
docker pull -q ${images}/keystone:${tag[next] ?? ''}
printf 'FROM ${images}/keystone:${tag[next] ?? ''}\nUSER root\nRUN rm "$(command -v uwsgi)"\nUSER keystone\n' |
  DOCKER_BUILDKIT=0 docker build -q -t ${images}/keystone:2026.1-broken -
for image in keystone-ssh keystone-fernet; do
  docker pull -q ${images}/$image:${tag[next] ?? ''}
  docker tag ${images}/$image:${tag[next] ?? ''} ${images}/$image:2026.1-broken
done
for image in keystone keystone-ssh keystone-fernet; do docker push -q ${images}/$image:2026.1-broken; done`,
  )
}

describe('an upgrade', () => {
  it('takes the cloud to the new release while its API serves', async () => {
    const probe = new TokenProbe(keystone)
    await installation.run('upgrade', next)
    const { issued, failures, longestGap } = await probe.stop()
    console.log(
      `upgrade: ${issued} tokens, longest gap ${longestGap} ms, failed: ${JSON.stringify(failures)}`,
    )
    expect(await versions()).toEqual(ofNext)
    await runs(next)
    // What is under way when the floating address moves is lost, and no more.
    expect(failures.length).toBeLessThanOrEqual(5)
    expect(longestGap).toBeLessThan(5000)
    expect(await keystone.userNames()).toContain('before')
  })

  it('leaves a cloud that is as its files describe it at the new release', async () => {
    expect((await installation.attempt('plan')).stderr).toContain('deploy changes no release')
    await forgetRelease()
    expect(await installation.run('plan')).toContain('Nothing to change')
    expect(await installation.run('releases')).toContain('2025.2-')
  })

  it('is not to be taken back by an upgrade', async () => {
    const { code, stderr } = await installation.attempt('upgrade', old)
    expect(code).toBe(2)
    expect(stderr).toContain('use rollback')
  })
})

describe('a rollback', () => {
  it('names the moment to which the data go back, and asks', async () => {
    await keystone.createUser('lost')
    const { code, stderr } = await installation.attempt('rollback')
    expect(code).toBe(2)
    expect(stderr).toMatch(/goes back to 20\d\d-.*what was written since is lost/)
    expect(await versions()).toEqual(ofNext)
  })

  it('restores containers and data of the record', async () => {
    const probe = new TokenProbe(keystone)
    await installation.run('rollback', '--confirm')
    const { failures, longestGap } = await probe.stop()
    console.log(`rollback: longest gap ${longestGap} ms, failed: ${failures.length}`)
    expect(await versions()).toEqual(ofOld)
    await runs(old)
    const users = await keystone.userNames()
    expect(users).toContain('before')
    expect(users).not.toContain('lost')
    expect(await keystone.projectNames()).toContain('before')
  })
})

/** Where a killed worker would hurt most. */
const painful = [
  'proveBackup',
  'recordRelease',
  'replaceLoadBalancer',
  'replaceMariadb',
  'replaceRabbitmq',
  'expandKeystone',
  'replaceKeystone',
  'contractKeystone',
]

describe('the upgrade again, its worker killed again and again', () => {
  it('ends in the same state', async () => {
    await keystone.createUser('between')
    const client = await installation.client()
    const operation = await client.start('upgrade', { cloud, release: next })
    const left = new Set(painful)
    for await (const event of operation.events()) {
      if (event.type !== 'stepScheduled' || !left.delete(event.step.verb)) continue
      await new Promise((resolve) => setTimeout(resolve, 700))
      const pid = await installation.workerPid()
      expect(readFileSync(`/proc/${pid}/cmdline`, 'utf8')).toContain('workers/main.js')
      process.kill(pid, 'SIGKILL')
      await installation.run('server', 'start')
    }
    await operation.result()
    await client.close()
    expect([...left]).toEqual([])
    expect(await versions()).toEqual(ofNext)
    await runs(next)
    expect(await keystone.userNames()).toEqual(expect.arrayContaining(['before', 'between']))
    expect(await installation.run('plan')).toContain('Nothing to change')
    await installation.run('check')
  })

  it('leaves records of which the older ones can be pruned', async () => {
    expect(await installation.run('prune', '--keep', '1')).toContain('removed 2025.2-')
    expect(
      (await installation.run('releases')).split('\n').filter((line) => line.startsWith('2025.2-')),
    ).toHaveLength(1)
  })
})
