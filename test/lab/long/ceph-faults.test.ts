import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { OperationEvent, OperationHandle } from '../../../src/client/index.js'
import { ceph, cephAlone, cephConf, cephJson, osdMaps } from '../../support/ceph.js'
import { Installation, cloud } from '../../support/installation.js'
import { containersOn } from '../../support/outside.js'
import { eventually, hosts, lab, onHost, onHosts } from '../../support/lab.js'

/**
 * What becomes of a Ceph whose bootstrap dies, at each of its points, and of one that changes while it lives. It begins
 * with three OSDs on two hosts. The parts build on each other and run in this order.
 */
let installation: Installation
const conf = `${cephConf}osd pool default size = 2\n`
beforeAll(async () => {
  installation = await Installation.start()
  await cephAlone(installation)
  await installation.write('config/ceph.conf', conf)
  await installation.edit(
    'multinode',
    '[storage]\nkolla[1:3]',
    '[storage]\nkolla1\nkolla2 ceph_osd_disks=/dev/sdb',
  )
  await Promise.all(hosts.map((host) => lab('reset', host)))
  await installation.run('bootstrap-servers')
  await installation.run('build')
  await installation.run('pull')
})
afterAll(() => installation.stop())

const volume = (name: string) => `/var/lib/docker/volumes/${name}/_data`
const osds = () => cephJson<number[]>('kolla3', 'osd ls')
const healthy = () => cephJson<{ status: string }>('kolla3', 'health')
const becomesHealthy = () => eventually(healthy, ({ status }) => status === 'HEALTH_OK', 300)

/** `osd.3` → the partition that it is, as Ceph and the host's own links tell it. */
async function placeOf(host: string, osd: number): Promise<string> {
  const { osds: all } = await cephJson<{ osds: { osd: number; uuid: string }[] }>(
    'kolla3',
    'osd dump',
  )
  const uuid = all.find((it) => it.osd === osd)?.uuid ?? ''
  return onHost(host, `readlink -e /dev/disk/by-partuuid/${uuid}`)
}

async function osdsOf(host: string): Promise<number[]> {
  const { nodes } = await cephJson<{ nodes: { name: string; children?: number[] }[] }>(
    'kolla3',
    'osd tree',
  )
  return nodes.find(({ name }) => name === host)?.children ?? []
}

async function fsid(): Promise<string> {
  const passwords = parse(await installation.read('passwords.yml')) as Record<string, string>
  return passwords['ceph_cluster_fsid'] ?? ''
}

/** The data of a monitor that was made and never was in a quorum. */
const halfMade = (id: string) => `
mkdir -p ${volume('ceph_mon')}/mon/ceph-kolla1/store.db
echo ${id} >${volume('ceph_mon')}/mon/ceph-kolla1/kolla_temporal.fsid`

describe('what a first deploy that died has left behind', () => {
  it('is seen in the plan for what it is', async () => {
    await onHost(
      'kolla1',
      `docker volume create ceph_mon && docker volume create ceph_mon_config
      echo '{' >${volume('ceph_mon_config')}/ceph.client.admin.keyring${halfMade(await fsid())}`,
    )
    await onHost('kolla2', 'docker volume create ceph_mon_config')
    const plan = await installation.run('plan')
    const keys = 'ceph_mon_config without whole keys \\(of a deploy that died\\), filled anew'
    const monitor = 'half-made monitor \\(never in a quorum, no OSD knows its cluster\\), made anew'
    const line = (host: string) => `${host} +ceph-mon +ceph_mon +create +missing`
    expect(plan).toMatch(new RegExp(`${line('kolla1')}, ${monitor}, ${keys}\n`))
    expect(plan).toMatch(new RegExp(`${line('kolla2')}, ${keys}\n`))
    expect(plan).toMatch(new RegExp(`${line('kolla3')}\n`))
  })
})

/** In the bootstrap's order: a run that goes on never comes back to one that is done. */
const points: readonly [verb: string, begun: (event: OperationEvent) => boolean][] = [
  'labelDisks',
  'shareCephKeys',
  'makeCephMon',
  'startCephMon',
  'awaitCephQuorum',
  'startCephMgr',
  'bootstrapOsds',
  'createCephPools',
].map((verb) => [
  verb,
  (event) =>
    verb === 'bootstrapOsds'
      ? event.type === 'stepProgress' && event.text.startsWith('bootstrap_ceph_osd')
      : event.type === 'stepScheduled' && event.step.verb === verb,
])

/** Monitors that were started find each other with nobody's help: one is taken away, to be started and waited for. */
const undo: Readonly<Record<string, () => Promise<unknown>>> = {
  awaitCephQuorum: () => onHost('kolla3', 'docker rm --force ceph_mon'),
}

async function reach(
  operation: OperationHandle,
  begun: (event: OperationEvent) => boolean,
): Promise<void> {
  for await (const event of operation.events()) if (begun(event)) return
  throw new Error('the deploy ended before it came to this point')
}

async function killWorker(): Promise<void> {
  const pid = await installation.workerPid()
  expect(readFileSync(`/proc/${pid}/cmdline`, 'utf8')).toContain('workers/main.js')
  process.kill(pid, 'SIGKILL')
}

describe('a run that is killed, worker and all', () => {
  it.each(points)('at %s is gone on with', async (verb, begun) => {
    await undo[verb]?.()
    const client = await installation.client()
    const operation = await client.start('deploy', { cloud })
    await reach(operation, begun)
    await new Promise((resolve) => setTimeout(resolve, 300))
    await killWorker()
    // The proof that it was killed in this very step: the server still waits for it.
    expect(await installation.pendingSteps(operation.workflowId)).toContain(verb)
    const isLast = verb === points.at(-1)?.[0]
    if (!isLast) await operation.terminate('the test')
    await installation.run('server', 'start')
    // The others are gone on with by the next deploy, this one by itself.
    if (isLast) await operation.result()
    await client.close()
  })

  it('ends as one cluster whose OSDs were each made once', async () => {
    expect(await osds()).toEqual([0, 1, 2])
    expect((await healthy()).status).toBe('HEALTH_OK')
    const { quorum_names: quorum } = await cephJson<{ quorum_names: string[] }>('kolla3', 'status')
    expect(quorum).toEqual([...hosts])
    expect(await installation.run('plan')).toContain('Nothing to change')
  })
})

const turnsFile = '/tmp/stops-and-starts'

/** Has every host write down which containers end and start from now on: Docker itself remembers few events. */
async function watchContainers(): Promise<void> {
  await onHosts(
    `nohup timeout 300 docker events --filter event=die --filter event=start \
      --format '{{.TimeNano}} {{.Action}} {{.Actor.Attributes.name}}' >${turnsFile} 2>&1 </dev/null &`,
  )
}

/** What became of a kind of daemon on all hosts meanwhile, in time's order: `die kolla1/ceph_mon`. */
async function stopsAndStarts(daemon: string): Promise<string[]> {
  const lists = await onHosts(`grep ' ${daemon}' ${turnsFile}`)
  return lists
    .flatMap((list, index) =>
      list.split('\n').map((line) => line.replace(/ (?=\S+$)/, ` ${hosts[index] ?? ''}/`)),
    )
    .sort()
    .map((line) => line.slice(line.indexOf(' ') + 1))
}

describe('day two', () => {
  it('an OSD whose data no other host could take over stays', async () => {
    const [only = -1] = await osdsOf('kolla2')
    const { code, stderr } = await installation.attempt('remove-osd', String(only))
    expect(code).toBe(2)
    expect(stderr).toMatch(
      new RegExp(`without osd.${only} only 1 hosts have OSDs .* keeps 2 copies on as many hosts`),
    )
    expect(await osds()).toEqual([0, 1, 2])
  })

  it('a disk and a host are added', async () => {
    await installation.edit('multinode', 'kolla2 ceph_osd_disks=/dev/sdb', 'kolla2\nkolla3')
    const { stdout, stderr } = await installation.attempt('plan')
    const plan = stderr + stdout
    expect(plan).toMatch(/kolla2 +ceph-osd +\/dev\/sdc +bootstrap +new OSD, with its own journal/)
    expect(plan).toMatch(/kolla2.*fewer journals than OSDs .*: \/dev\/sdc → \/dev\/sdc/)
    expect(plan).toMatch(
      /kolla3 +ceph-osd +\/dev\/sd[bc] +bootstrap +new OSD, journal on \/dev\/sdd/,
    )
    expect(plan).not.toMatch(/kolla1 +ceph-osd +\/dev/)
    await installation.run('deploy')
    expect(await osds()).toEqual([0, 1, 2, 3, 4, 5])
    await becomesHealthy()
    expect(await installation.run('plan')).toContain('Nothing to change')
  })

  it('one changed option restarts daemons one at a time, and the cluster lives on', async () => {
    await installation.write('config/ceph.conf', `${conf}[osd]\nosd heartbeat grace = 25\n`)
    expect(await installation.run('plan')).toMatch(
      /kolla1 +ceph-osd +ceph_osd_\d +restart +configuration/,
    )
    const before = await containersOn(hosts)
    await watchContainers()
    const { epoch: first } = await cephJson<{ epoch: number }>('kolla3', 'osd dump')
    await installation.run('deploy')
    const after = await containersOn(hosts)
    for (const daemon of ['ceph_mon', 'ceph_mgr', 'ceph_osd_']) {
      const own = [...after].filter(([name]) => name.includes(`/${daemon}`))
      expect(own.length).toBe(daemon === 'ceph_osd_' ? 6 : 3)
      for (const [name, { id }] of own) expect(id).not.toBe(before.get(name)?.id)
      const turns = await stopsAndStarts(daemon)
      const inTurn = own.length * 2
      expect(turns.length, daemon).toBe(inTurn)
      for (let turn = 0; turn < inTurn; turn += 2) {
        const [stop = '', start = ''] = turns.slice(turn)
        expect(stop).toMatch(/^die /)
        expect(start).toBe(stop.replace('die', 'start'))
      }
    }
    // Ceph keeps every map that there was: nothing is missed between two looks.
    const maps = await osdMaps('kolla3', first)
    const seenDown = new Set<number>()
    for (const { epoch, osds: all } of maps) {
      const down = all.filter(({ up }) => up === 0)
      expect(down.length, `map ${epoch}`).toBeLessThanOrEqual(1)
      for (const { osd, state } of down) {
        expect(state, `osd.${osd} in map ${epoch}`).toContain('noout')
        seenDown.add(osd)
      }
    }
    expect([...seenDown].sort()).toEqual([0, 1, 2, 3, 4, 5])
    expect(maps.at(-1)?.osds.some(({ state }) => state.includes('noout'))).toBe(false)
    expect(await ceph('kolla3', 'health')).toBe('HEALTH_OK')
    expect(await ceph('kolla2', 'config show osd.0 osd_heartbeat_grace')).toBe('25')
    expect(await installation.run('plan')).toContain('Nothing to change')
  })

  it('disks that change places are the same OSDs', async () => {
    const own = await osdsOf('kolla1')
    const places = () => Promise.all(own.map((osd) => placeOf('kolla1', osd)))
    const before = await places()
    await lab('poweroff', 'kolla1')
    await lab('swap', 'kolla1', 'sdb', 'sdc')
    await lab('poweron', 'kolla1')
    await becomesHealthy()
    expect(await osds()).toEqual([0, 1, 2, 3, 4, 5])
    expect(await places()).toEqual(before.reverse())
    expect(await installation.run('plan')).toContain('Nothing to change')
  })

  it('a disk that has died is replaced by a new one', async () => {
    await onHost('kolla3', 'echo kept | docker exec -i ceph_mon rados --pool images put object -')
    const disk = await onHost('kolla2', 'readlink -e /dev/sdc')
    const places = await Promise.all((await osdsOf('kolla2')).map((osd) => placeOf('kolla2', osd)))
    const dead = (await osdsOf('kolla2'))[places.findIndex((it) => it.startsWith(`${disk}p`))] ?? -1
    await lab('poweroff', 'kolla2')
    await lab('replace', 'kolla2', 'sdc')
    await lab('poweron', 'kolla2')
    expect((await installation.attempt('plan')).stderr).toContain(
      `ceph_osd_${dead} has no disk any more: bring the disk back`,
    )
    // A disk that is gone is an error of any plan, and no reason to keep its OSD.
    const undo = await installation.edit('multinode', "'/dev/sdc']", "'/dev/sdx']")
    expect(await installation.attempt('plan')).toMatchObject({ code: 2 })
    await installation.run('remove-osd', String(dead))
    await undo()
    expect(await osds()).not.toContain(dead)
    expect(await onHost('kolla3', 'docker exec ceph_mon rados --pool images get object -')).toBe(
      'kept',
    )
    await installation.run('deploy')
    expect(await osds()).toEqual([0, 1, 2, 3, 4, 5])
    await becomesHealthy()
    expect(await installation.run('plan')).toContain('Nothing to change')
  })

  it('an OSD whose removal is aborted while its data move takes data again', async () => {
    const weights = async () => {
      const { osds: all } = await cephJson<{ osds: { osd: number; in: number }[] }>(
        'kolla3',
        'osd dump',
      )
      return Object.fromEntries(all.map((it) => [it.osd, it.in]))
    }
    const [osd = -1] = await osdsOf('kolla1')
    const put = 'for n in {1..64}; do echo moved | rados --pool images put object.$n -; done'
    await onHost('kolla3', `docker exec ceph_mon bash -c '${put}'`)
    // So that the data would move for ever.
    await ceph('kolla3', 'osd set nobackfill')
    await ceph('kolla3', 'osd set norecover')
    const removal = installation.attempt('remove-osd', String(osd))
    await eventually(weights, (all) => all[osd] === 0, 60)
    await installation.run('abort')
    expect((await removal).code).toBe(1)
    expect((await weights())[osd]).toBe(1)
    await ceph('kolla3', 'osd unset nobackfill')
    await ceph('kolla3', 'osd unset norecover')
    await becomesHealthy()
    expect(await installation.run('plan')).toContain('Nothing to change')
  })

  it('a disk with an OSD on it is not wiped', async () => {
    const { code, stderr } = await installation.attempt(
      ...['wipe-disk', 'kolla3', '/dev/sdd', '--size', '6G'],
    )
    expect(code).toBe(2)
    expect(stderr).toMatch(/\/dev\/sdd carries data of osd\.\d: remove-osd \d first/)
    expect((await healthy()).status).toBe('HEALTH_OK')
  })
})

describe('monitors that are gone while OSDs know their cluster', () => {
  it('are not begun anew, and nothing is removed', async () => {
    await onHosts(`docker stop ceph_mon && mv ${volume('ceph_mon')}/mon /root/mon`)
    const refused = async () => {
      const { code, stderr } = await installation.attempt('deploy')
      expect(code, stderr).toBe(2)
      return stderr
    }
    expect(await refused()).toMatch(
      /kolla1: error: holds an OSD of the cluster .*: nothing is begun anew/,
    )
    for (const left of await onHosts(`ls ${volume('ceph_mon')}`)) expect(left).not.toContain('mon')
    await onHost('kolla1', halfMade(await fsid()))
    expect(await refused()).toMatch(
      /kolla1: error: holds a half-made Ceph monitor .* an OSD on kolla\d belongs to: nothing is removed/,
    )
    await onHost('kolla1', `test -d ${volume('ceph_mon')}/mon/ceph-kolla1/store.db`)
    await onHost('kolla1', `rm -r ${volume('ceph_mon')}/mon`)
    await onHosts(`mv /root/mon ${volume('ceph_mon')}/mon && docker start ceph_mon`)
    await becomesHealthy()
  })

  it('join the others again where those are left', async () => {
    await onHost('kolla2', 'docker rm -f ceph_mon && docker volume rm ceph_mon ceph_mon_config')
    await installation.run('deploy')
    const { quorum_names: quorum } = await cephJson<{ quorum_names: string[] }>('kolla2', 'status')
    expect(quorum).toEqual([...hosts])
    expect(await installation.run('plan')).toContain('Nothing to change')
  })
})
