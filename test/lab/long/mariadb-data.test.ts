import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Installation } from '../../support/installation.js'
import { cleanHosts, hosts, onHost, onHosts } from '../../support/lab.js'
import { containersOn, querySql } from '../../support/outside.js'

/**
 * What could lose the database: restores that fail, members that were away, volumes that are not what they seem. The
 * parts build on each other and run in this order.
 */
let installation: Installation
beforeAll(async () => {
  installation = await Installation.start()
  await cleanHosts()
  await installation.run('bootstrap-servers')
  await installation.run('build')
  await installation.run('deploy')
  await installation.run('post-deploy')
  await querySql(
    installation,
    'CREATE DATABASE kept; CREATE TABLE kept.t (a INT PRIMARY KEY); INSERT INTO kept.t VALUES (1)',
  )
  await installation.run('mariadb-backup')
  await querySql(installation, 'INSERT INTO kept.t VALUES (2)')
})
afterAll(() => installation.stop())

const volume = (name: string) => `/var/lib/docker/volumes/${name}/_data`
const rows = () => querySql(installation, 'SELECT GROUP_CONCAT(a ORDER BY a) FROM kept.t')
const clusterSize = () => querySql(installation, "SHOW STATUS LIKE 'wsrep_cluster_size'")
const history = (host: string) =>
  onHost(host, `sed -n 's/^uuid: *//p' ${volume('mariadb')}/grastate.dat`)
/** Occasions for which data were set aside on a host, the first one first. */
const occasions = async (host: string) =>
  (await onHost(host, `ls ${volume('mariadb_replaced')} 2>/dev/null || true`))
    .split('\n')
    .filter((name) => name !== '')
/** What one of them has set aside of our table: empty where nothing. */
const tableOf = (host: string, turn: string) =>
  onHost(host, `ls ${volume('mariadb_replaced')}/${turn}/data/kept/t.ibd 2>/dev/null || true`)

/** Refused with this reason, and no container was touched. */
async function refused(verb: readonly string[], ...reasons: readonly RegExp[]): Promise<void> {
  const before = await containersOn(hosts)
  const { code, stderr, stdout } = await installation.attempt(...verb)
  for (const reason of reasons) expect(stderr + stdout).toMatch(reason)
  expect(code).toBe(2)
  expect(await containersOn(hosts)).toEqual(before)
}

/** The inventory without a host; the returned function puts it back. */
async function without(host: string, others: string): Promise<() => Promise<void>> {
  const before = await installation.read('multinode')
  const line = new RegExp(`^${host} .*\\n`, 'm')
  await installation.write(
    'multinode',
    before
      .replace(line, '')
      .replaceAll('kolla[1:3]', others)
      .replaceAll(`\n${host}\n`, `\n${others}\n`),
  )
  return () => installation.write('multinode', before)
}

describe("a restore whose member can't start", () => {
  let first = ''

  it('loses nothing, however often it is tried', async () => {
    await installation.write('config/galera.cnf', '[mysqld]\nno_such_option = 1\n')
    for (let tries = 0; tries < 2; tries++) {
      const { code } = await installation.attempt('mariadb-restore', '--confirm')
      expect(code).toBe(1)
    }
    await installation.remove('config/galera.cnf')
    // Its engine would start it again and again.
    await onHost('kolla1', 'docker stop mariadb')
    for (const host of hosts) {
      const [oldest = '', ...more] = await occasions(host)
      expect(more, host).toHaveLength(1)
      expect(await tableOf(host, oldest), host).toContain('t.ibd')
      first = oldest
    }
  }, 2_700_000)

  it('is followed by no empty database where its backup is gone with its host', async () => {
    const put = await without('kolla1', 'kolla[2:3]')
    const reason = (host: string) =>
      new RegExp(`${host}: error: the volume mariadb_replaced holds a database .*${first}`)
    await refused(['plan'], reason('kolla2'), reason('kolla3'))
    await refused(['deploy'], reason('kolla2'), reason('kolla3'))
    // As docs/operations.md says.
    await onHost(
      'kolla2',
      `docker stop mariadb; find ${volume('mariadb_replaced')}/${first}/data -mindepth 1 -maxdepth 1 -exec mv -t ${volume('mariadb')} -- {} +`,
    )
    await installation.run('mariadb-recovery')
    const select = 'docker exec mariadb mariadb -NBe "SELECT a FROM kept.t ORDER BY a"'
    expect(await onHost('kolla2', select)).toBe('1\n2')
    expect(await onHost('kolla3', select)).toBe('1\n2')
    await put()
  })

  it('leaves a member of another history, which copies anew when a person says so', async () => {
    await refused(['plan'], /kolla1: error: its database is of another history .*kolla2, kolla3/)
    await refused(['mariadb-rejoin', 'kolla1'], /confirm it/)
    await installation.run('mariadb-rejoin', 'kolla1', '--confirm')
    await installation.run('deploy')
    expect(await clusterSize()).toMatch(/3$/)
    expect(await rows()).toBe('1,2')
    expect(await installation.run('plan')).toContain('Nothing to change')
  })

  it('keeps what it replaced through a success, and until the next one', async () => {
    const before = await history('kolla1')
    await installation.run('mariadb-restore', '--confirm')
    expect(await rows()).toBe('1')
    expect(await history('kolla1')).not.toBe(before)
    for (const host of hosts) expect((await occasions(host))[0], host).toBe(first)
    const kept = await occasions('kolla3')
    const last = kept.at(-1) ?? ''
    for (const host of hosts) expect(await tableOf(host, last), host).toContain('t.ibd')
    await installation.run('mariadb-restore', '--confirm')
    for (const host of hosts) {
      const now = await occasions(host)
      expect(now, host).toHaveLength(1)
      expect(kept).not.toContain(now[0])
    }
    expect(await installation.run('plan')).toContain('Nothing to change')
  })
})

describe('a member that was away while a restore happened', () => {
  it('neither begins the cluster nor joins it, though its transactions have higher numbers', async () => {
    await querySql(installation, 'INSERT INTO kept.t VALUES (3), (4), (5)')
    const old = await history('kolla3')
    // Else its engine would start it with its host, and Galera have it copy everything, unasked.
    await onHost('kolla3', 'docker stop mariadb')
    const put = await without('kolla3', 'kolla[1:2]')
    await installation.run('mariadb-restore', '--confirm')
    await put()
    expect(await history('kolla3')).toBe(old)
    const stranger = /kolla3: error: its database is of another history .*on kolla3\) than that of/
    await refused(['plan'], stranger)
    await refused(['deploy'], stranger)

    await onHosts('docker stop mariadb')
    await refused(['deploy'], stranger)
    await refused(['mariadb-recovery'], stranger, /which a restore has begun/)
  })

  it('copies anew when a person says so', async () => {
    const summary = await installation.run('mariadb-rejoin', 'kolla3', '--confirm')
    expect(summary).toContain('mariadb-recovery')
    await installation.run('mariadb-recovery')
    expect(await clusterSize()).toMatch(/3$/)
    expect(await rows()).toBe('1')
    expect(new Set(await Promise.all(hosts.map(history))).size).toBe(1)
    await installation.run('deploy')
    expect(await installation.run('plan')).toContain('Nothing to change')
  })
})

describe('a replacement that is ended by force', () => {
  it('is neither begun with nor joined, and the next restore puts what it had together again', async () => {
    const turn = '20000101T000000Z-forced'
    const own = `${volume('mariadb_replaced')}/${turn}`
    await onHost(
      'kolla2',
      `docker stop mariadb; mkdir -p ${own}/data; mv ${volume('mariadb')}/ibdata1 ${own}/data; echo clearing >${own}/state`,
    )
    await refused(['plan'], /kolla2: error: its database was being replaced when that was ended/)
    await installation.run('mariadb-restore', '--confirm')
    const found = await onHost('kolla2', `ls ${own}/data`)
    for (const name of ['ibdata1', 'kept', 'grastate.dat']) expect(found).toContain(name)
    expect(await rows()).toBe('1')
    expect(await installation.run('plan')).toContain('Nothing to change')
  })
})

describe('a volume that Docker mounts only for a container', () => {
  it('is refused, and nothing is put below its mount', async () => {
    await onHost(
      'kolla2',
      `set -e; docker stop mariadb; docker rm mariadb; mkdir -p /srv/mysql
      find ${volume('mariadb')} -mindepth 1 -maxdepth 1 -exec mv -t /srv/mysql -- {} +
      docker volume rm mariadb
      docker volume create --opt type=none --opt o=bind --opt device=/srv/mysql mariadb`,
    )
    const reason =
      /kolla2: (error: )?the volume mariadb is mounted by Docker only while a container/
    await refused(['plan'], reason)
    await refused(['mariadb-restore', '--confirm'], reason)
    await refused(['mariadb-recovery'], reason)
    expect(await onHost('kolla2', `ls -A ${volume('mariadb')}`)).toBe('')
    await onHost(
      'kolla2',
      `set -e; docker volume rm mariadb; docker volume create mariadb
      find /srv/mysql -mindepth 1 -maxdepth 1 -exec mv -t ${volume('mariadb')} -- {} +`,
    )
    await installation.run('deploy')
    expect(await clusterSize()).toMatch(/3$/)
  })
})

describe('the last backup', () => {
  it("is not chosen by a host's clock", async () => {
    await installation.run('mariadb-backup')
    const ids = (await onHost('kolla1', `ls ${volume('mariadb_backup')}`)).split('\n')
    const [early = '', late = ''] = ids
    expect(ids).toHaveLength(2)
    const note = `${volume('mariadb_backup')}/${early}/note`
    await onHost('kolla1', `sed -i 's/^at=.*/at=2099-01-01T00:00:00Z/' ${note}`)
    await refused(['mariadb-restore'], new RegExp(`${late} puts the whole database back`))
  })
})

describe('a cloud whose hosts have lost everything', () => {
  it('begins anew with an empty database only when nothing shows that it had one', async () => {
    await onHosts(
      `docker rm --force mariadb; docker volume rm --force mariadb mariadb_replaced mariadb_prepared`,
    )
    await refused(['deploy'], /kolla1: error: .*backups of one/, /kolla3: error: its containers/)
    await cleanHosts()
    await installation.run('deploy')
    expect(await clusterSize()).toMatch(/3$/)
  })
})
