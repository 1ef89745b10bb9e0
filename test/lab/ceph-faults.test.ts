import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ceph, cephAlone, cephConf, cephJson } from '../support/ceph.js'
import { Installation, cloud } from '../support/installation.js'
import { containersOn } from '../support/outside.js'
import { eventually, hosts, lab, onHost, onHosts } from '../support/lab.js'

/** What becomes of a Ceph whose bootstrap dies, at each of its points, and of one that is changed while it lives. */
let installation: Installation
beforeAll(async () => {
  installation = await Installation.start()
  await cephAlone(installation)
  await Promise.all(hosts.map((host) => lab('reset', host)))
  await installation.run('bootstrap-servers')
  await installation.run('build', '--profile', 'ceph')
  await installation.run('pull')
})
afterAll(() => installation.stop())

const volume = (name: string) => `/var/lib/docker/volumes/${name}/_data`

describe('what a first deploy that died has left behind', () => {
  it('is seen in the plan for what it is', async () => {
    const { ceph_cluster_fsid: fsid = '' } = parse(await installation.read('passwords.yml')) as {
      ceph_cluster_fsid?: string
    }
    await onHost(
      'kolla1',
      `docker volume create ceph_mon && docker volume create ceph_mon_config
      echo '{' >${volume('ceph_mon_config')}/ceph.client.admin.keyring
      mkdir -p ${volume('ceph_mon')}/mon/ceph-kolla1/store.db
      echo ${fsid} >${volume('ceph_mon')}/mon/ceph-kolla1/kolla_temporal.fsid`,
    )
    expect(await installation.run('plan')).toMatch(
      /kolla1 +ceph-mon +ceph_mon +create +missing, half-made monitor \(never in a quorum, no OSD knows its cluster\), made anew/,
    )
  })
})

const points = [
  'labelDisks',
  'shareCephKeys',
  'makeCephMon',
  'startCephMon',
  'awaitCephQuorum',
  'startCephMgr',
  'bootstrapOsds',
  'createCephPools',
]

describe('a run that is killed, worker and all', () => {
  it.each(points)('at %s is gone on with by the next', async (point) => {
    const client = await installation.client()
    const operation = await client.start('deploy', { cloud })
    for await (const event of operation.events()) {
      if (!('step' in event) || event.step.verb !== point) continue
      await new Promise((resolve) => setTimeout(resolve, 700))
      const pid = await installation.workerPid()
      expect(readFileSync(`/proc/${pid}/cmdline`, 'utf8')).toContain('workers/main.js')
      process.kill(pid, 'SIGKILL')
      await operation.terminate('the test')
      break
    }
    await client.close()
    await installation.run('server', 'start')
  })

  it('ends as one cluster with six OSDs, each made once', async () => {
    await installation.run('deploy')
    expect(JSON.parse(await ceph('kolla2', 'osd ls --format json'))).toEqual([0, 1, 2, 3, 4, 5])
    expect(await ceph('kolla3', 'health')).toBe('HEALTH_OK')
    expect(await installation.run('plan')).toContain('Nothing to change')
  })
})

describe('monitors that are gone while OSDs know their cluster', () => {
  it('are not begun anew, and nothing is removed', async () => {
    await onHosts(`docker stop ceph_mon && mv ${volume('ceph_mon')}/mon /root/mon`)
    const { code, stderr } = await installation.attempt('deploy')
    expect(code).toBe(2)
    expect(stderr).toMatch(/kolla1: error: holds an OSD of the cluster .*: nothing is begun anew/)
    for (const left of await onHosts(`ls ${volume('ceph_mon')}`)) expect(left).not.toContain('mon')
    await onHosts(`mv /root/mon ${volume('ceph_mon')}/mon && docker start ceph_mon`)
    const health = () => cephJson<{ status: string }>('kolla1', 'health')
    await eventually(health, ({ status }) => status === 'HEALTH_OK', 180)
  })
})

describe('a monitor that lost its data', () => {
  it('joins the others again', async () => {
    await onHost('kolla3', `docker rm -f ceph_mon && docker volume rm ceph_mon ceph_mon_config`)
    await installation.run('deploy')
    const { quorum_names: quorum } = await cephJson<{ quorum_names: string[] }>('kolla3', 'status')
    expect(quorum).toEqual([...hosts])
    expect(await installation.run('plan')).toContain('Nothing to change')
  })
})

describe('one changed option', () => {
  it('restarts daemons one at a time, and the cluster lives on', async () => {
    const changed = `${cephConf}[osd]\nosd heartbeat grace = 25\n`
    await installation.write('config/ceph.conf', changed)
    expect(await installation.run('plan')).toMatch(
      /kolla1 +ceph-osd +ceph_osd_\d +restart +configuration/,
    )
    const before = await containersOn(hosts)
    await installation.run('deploy')
    const after = await containersOn(hosts)
    for (const daemon of ['ceph_mon', 'ceph_mgr', 'ceph_osd_']) {
      const own = [...after].filter(([name]) => name.includes(`/${daemon}`))
      expect(own.length).toBe(daemon === 'ceph_osd_' ? 6 : 3)
      for (const [name, { id }] of own) expect(id).not.toBe(before.get(name)?.id)
      const starts = own.map(([, { startedAt }]) => Date.parse(startedAt)).sort((a, b) => a - b)
      for (const [index, start] of starts.slice(1).entries()) {
        expect(start - (starts[index] ?? 0), daemon).toBeGreaterThan(300)
      }
    }
    expect(await ceph('kolla1', 'health')).toBe('HEALTH_OK')
    expect(await ceph('kolla2', 'config show osd.0 osd_heartbeat_grace')).toBe('25')
    expect(await installation.run('plan')).toContain('Nothing to change')
  })
})
