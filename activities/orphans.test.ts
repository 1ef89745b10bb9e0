import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { FakeEngine } from '../src/docker/fake-engine.js'
import { FakeOpenStack } from '../src/host/testing/fake-openstack.js'
import type { Finding } from '../src/model/finding.js'
import type { Globals } from '../src/model/globals.js'
import type { Remote } from '../src/ssh/remote.js'
import { orphanActivities } from './orphans.js'
import { contextsOn, testActivity, testRef } from './testing.js'

const id = (number: number) => `00000000-0000-4000-8000-00000000000${number}`

let engine: FakeEngine
let openstack: FakeOpenStack
beforeEach(async () => {
  openstack = new FakeOpenStack()
  engine = await FakeEngine.start()
  for (const name of ['nova_libvirt', 'openvswitch_vswitchd', 'ceph_mon']) engine.add(name, true)
  engine.print = (command) => {
    if (command.includes('virsh list')) return `${id(1)}\n${id(2)}\n\n`
    if (command.includes('dumpxml')) {
      return `<nova:owner><nova:user uuid="u1">a</nova:user><nova:project uuid="p1">b</nova:project></nova:owner>`
    }
    if (command.includes('ovs-vsctl')) {
      return JSON.stringify({ data: [['tap1', ['map', [['iface-id', id(3)]]]]], headings: [] })
    }
    const [, pool = ''] = /rbd --pool (\S+) ls/.exec(command) ?? []
    const inPools: Record<string, readonly string[]> = {
      vms: [`${id(1)}_disk`],
      volumes: [`volume-${id(4)}`, `volume-${id(5)}`],
      images: [id(6), id(7), id(8)],
    }
    return JSON.stringify(inPools[pool])
  }
  openstack.add('servers', { id: id(1) })
  openstack.add('volumes', { id: id(4) })
  openstack.add('images', { id: id(6), os_hidden: false })
  openstack.add('images', { id: id(7), os_hidden: true })
})
afterEach(() => engine.stop())

const everything: Partial<Globals> = {
  ...{ enable_nova: true, enable_neutron: true, enable_openvswitch: true, enable_placement: true },
  ...{ enable_glance: true, enable_cinder: true, enable_ceph: true },
  ...{ glance_backend_ceph: true, cinder_backend_ceph: true, nova_backend_ceph: true },
}

function list(globals: Partial<Globals> = everything): Promise<readonly Finding[]> {
  const remote: Remote = { ...openstack.remote, open: (script) => engine.remote.open(script) }
  const { contexts } = contextsOn(remote, globals)
  const activity = testActivity()
  const verbs = orphanActivities(contexts)
  return activity.run(() => verbs.listOrphans(testRef))
}
const messages = async (globals?: Partial<Globals>) =>
  (await list(globals)).map(({ message }) => message)

describe('listOrphans', () => {
  it('compares hosts and Ceph with the APIs, and changes nothing', async () => {
    const told = await messages()
    const about = (text: string) => told.filter((message) => message.includes(text))
    expect(about(`the machine ${id(2)} (of project p1, user u1)`)).toHaveLength(3) // one a host
    expect(about(`the port ${id(3)}`)).toHaveLength(3)
    expect(about(`the volume volumes/volume-${id(5)}`)).toHaveLength(1)
    expect(about(`the image images/${id(8)}`)).toHaveLength(1)
    expect(told).toHaveLength(8)
    expect(openstack.changes).toEqual([])
    const ran = engine.commands.map((command) => command.replace(/^timeout 60 /, ''))
    for (const command of ran) {
      expect(command).toMatch(/^(virsh (list|dumpxml) |ovs-vsctl .* list Interface|rbd .* ls )/)
    }
  })

  it('looks at hosts and Ceph before it asks the APIs', async () => {
    const print = engine.print
    engine.print = (command) => {
      if (!command.includes('dumpxml')) expect(openstack.calls).toEqual([])
      return print?.(command) ?? ''
    }
    await list()
    expect(engine.commands.length).toBeGreaterThan(6)
  })

  it('asks only about what is enabled', async () => {
    expect(await list({})).toEqual([])
    expect(openstack.calls).toEqual([])
    expect(engine.commands).toEqual([])
  })

  it('says what could not be compared, and takes nothing of it for an orphan', async () => {
    openstack.answers.set('GET /v2.1/servers', () => ({ status: 503 }))
    delete openstack.catalogue['image']
    const told = await messages()
    expect(told.filter((message) => message.includes('the servers of all projects'))).toHaveLength(
      1,
    )
    expect(told).toContainEqual(expect.stringContaining('no endpoint of type image'))
    expect(told.join('\n')).not.toContain('the machine')
    expect(told.join('\n')).not.toContain('the image images/')
    expect(told.join('\n')).toContain(`the volume volumes/volume-${id(5)}`)
  })

  it('names what does not answer on hosts', async () => {
    engine.exitCode = 124
    const told = await list()
    expect(told.filter(({ message }) => message.startsWith("libvirt's machines"))).toHaveLength(3)
    expect(told.map(({ host }) => host)).toContain('kolla2')
    expect(told).toHaveLength(9) // and Open vSwitch on each, and three pools
  })

  it("says that an operator's own Ceph is not compared", async () => {
    const told = await messages({ ...everything, enable_ceph: false })
    expect(told).toContainEqual(expect.stringContaining('a Ceph cluster of your own'))
    expect(told.join('\n')).not.toContain('volumes/volume-')
  })
})
