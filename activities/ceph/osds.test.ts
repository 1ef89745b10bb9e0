import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { imageRef } from '../../src/catalog/image.js'
import { testFacts } from '../../src/catalog/testing/cloud.js'
import { FakeEngine } from '../../src/docker/fake-engine.js'
import { label } from '../../src/plan/desired.js'
import type { CloudContexts } from '../cloud-context.js'
import { startContainer } from '../containers.js'
import { testActivity, testContexts, testRef } from '../testing.js'
import { osdActivities } from './osds.js'

const fsid = '11111111-1111-4111-8111-111111111111'
const uuid = (id: number) => `0000000${id}-0000-4000-8000-000000000000`
let docker: FakeEngine
beforeEach(async () => {
  docker = await FakeEngine.start()
})
afterEach(() => docker.stop())

const within = <Result>(body: () => Promise<Result>) => testActivity().run(body)

/** What a host prints whose disks hold these OSDs. */
const disks = (...ids: number[]) =>
  [
    '@@ ceph-disks',
    ...ids.flatMap((id) => [
      ...[`device=/dev/sd${id}`, 'parent=', 'bytes=12884901888', 'PTTYPE=gpt', 'blank=no'],
      ...[`device=/dev/sd${id}1`, `parent=/dev/sd${id}`, 'bytes=12882804736'],
      ...['TYPE=ceph_bluestore', 'PART_ENTRY_NAME=KOLLA_CEPH_OSD_BOOTSTRAP'],
      ...[`PART_ENTRY_UUID=${uuid(id)}`, `bluestore=${uuid(id)}`, 'role=main'],
      ...[`ceph_fsid=${fsid}`, 'ready=ready', `whoami=${id}`],
    ]),
    '',
  ].join('\n')

describe('OSDs that are new on a host', () => {
  /** The test cloud, kolla1 of which has these OSDs on its disks. */
  function opened(...ids: number[]) {
    const { cloud, ran } = testContexts(
      docker,
      (title) => (title.startsWith('look at disks') ? { stdout: disks(...ids) } : undefined),
      { enable_ceph: true },
    )
    const osds = ids.map((id) => ({ id, uuid: uuid(id) }))
    const hosts = testFacts.map((it) => (it.name === 'kolla1' ? { ...it, osds } : it))
    const known = cloud.with({ hosts, images: {} })
    const ref = imageRef(known.host('kolla1').globals, known.container('kolla1', 'ceph_osd_0'))
    const now = known.with({ hosts, images: { [ref]: 'sha256:1' } })
    const contexts = { get: () => Promise.resolve(now) } as unknown as CloudContexts
    return { now, ran, verbs: osdActivities(contexts) }
  }

  it('take none of those away that run, changed or not; what is stopped is started as it should be', async () => {
    const { now, ran, verbs } = opened(0, 1, 2, 3)
    for (const id of [0, 1, 2]) await within(() => startContainer(now, 'kolla1', `ceph_osd_${id}`))
    const made = (id: number) => docker.containers.find(({ name }) => name === `ceph_osd_${id}`)
    const before = [0, 1, 2].map((id) => made(id)?.id)
    for (const id of [0, 2]) {
      Object.assign(made(id)?.options['Labels'] as object, { [label.configuration]: 'other' })
    }
    Object.assign(made(2) ?? {}, { running: false })
    docker.requests.length = 0
    const up = [0, 1, 2, 3].map((osd) => ({ osd, up: osd === 0 ? 0 : 1 }))
    docker.add('ceph_mon', true)
    docker.print = () => JSON.stringify({ osds: up })
    await within(() => verbs.bootstrapOsds(testRef, 'kolla1', 'kolla1'))
    expect(docker.requests.filter((it) => /ceph_osd_[01]\//.test(it))).toEqual([
      'POST /containers/ceph_osd_1/start',
    ])
    expect([0, 1].map((id) => made(id)?.id)).toEqual(before.slice(0, 2))
    expect(made(2)).toMatchObject({ running: true })
    expect(made(2)?.id).not.toBe(before[2])
    expect(made(3)).toMatchObject({ running: true })
    expect(ran.map(({ title }) => title)).toContain(
      'write the configuration of ceph_osd_1, ceph_osd_2, ceph_osd_3',
    )
  })
})

describe('a daemon that Ceph does not spare', () => {
  const clean = { state_name: 'active+clean', count: 8 }
  const status = (states: object[]) => ({
    mgrmap: { available: true },
    pgmap: { num_pgs: 8, pgs_by_state: states },
  })

  /** How often Ceph is asked for its leave, which it gives at the third time, in a cluster that answers so. */
  async function asked(verb: 'osd' | 'mon', answers: Readonly<Record<string, object>>, code = 16) {
    docker.add('ceph_mon', true)
    docker.add('ceph_osd_3', true)
    let questions = 0
    docker.print = (command) => {
      const isQuestion = command.includes('ok-to-stop')
      if (isQuestion) questions++
      docker.exitCode = isQuestion && questions < 3 ? code : 0
      const up = { osds: [{ osd: 3, up: 1 }] }
      const [, answer] = Object.entries(answers).find(([part]) => command.includes(part)) ?? []
      return JSON.stringify(answer ?? up)
    }
    const { cloud } = testContexts(docker, undefined, { enable_ceph: true })
    const hosts = testFacts.map((it) => ({ ...it, osds: [{ id: 3, uuid: uuid(3) }] }))
    const now = cloud.with({ hosts, images: {} })
    const contexts = { get: () => Promise.resolve(now) } as unknown as CloudContexts
    const verbs = osdActivities(contexts)
    await within(() =>
      verb === 'mon'
        ? verbs.awaitMonOkToStop(testRef, 'kolla1')
        : verbs.startOsd(testRef, 'kolla1', 'ceph_osd_3', 'kolla1'),
    )
    return questions
  }

  it.each([
    ['the only monitor', 'mon', { 'mon dump': { mons: [{}] } }],
    [
      'an OSD where no pool has a copy to spare',
      'osd',
      { 'pool ls': [{ size: 1, min_size: 1 }], status: status([clean]) },
    ],
  ] as const)('is stopped all the same: %s', async (_, verb, answers) => {
    expect(await asked(verb, answers)).toBe(1)
  })

  it.each([
    ['one of three monitors', 'mon', { 'mon dump': { mons: [{}, {}, {}] } }],
    [
      'an OSD of pools with more copies than they need',
      'osd',
      { 'pool ls': [{ size: 3, min_size: 2 }], status: status([clean]) },
    ],
    [
      'an OSD while data is out of reach',
      'osd',
      {
        'pool ls': [{ size: 1, min_size: 1 }],
        status: status([
          { ...clean, count: 7 },
          { state_name: 'stale+active+clean', count: 1 },
        ]),
      },
    ],
  ] as const)('is waited for: %s', async (_, verb, answers) => {
    expect(await asked(verb, answers)).toBe(3)
  })

  it('is waited for while Ceph does not answer', async () => {
    expect(await asked('mon', { 'mon dump': { mons: [{}] } }, 1)).toBe(3)
  })
})
