import { describe, expect, it } from 'vitest'
import type { Domain } from './domain-xml.js'
import { describeOrphans } from './format-orphans.js'
import { orphansAmong } from './orphans.js'
import type { Known, Present } from './orphans.js'

const id = (number: number) => `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`
const [known, unknown, elsewhere] = [id(1), id(2), id(3)] as const
const plugged = { host: 'kolla1', interface: 'tap1', port: unknown }

const present: Present = {
  machines: [
    { host: 'kolla1', id: known },
    { host: 'kolla2', id: unknown },
  ],
  ports: [{ ...plugged, port: known }, plugged],
  pools: {
    disks: [`${known}_disk`, `${unknown}_disk`, `${elsewhere}_disk.config`, 'by-hand_disk'],
    volumes: [`volume-${known}`, `volume-${unknown}`, `volume-${unknown}.deleted`, 'backup'],
    images: [known, unknown, 'golden'],
  },
}
const all = new Set([known])
const everything: Known = { machines: all, ports: all, volumes: all, images: all }
const orphans = orphansAmong(present, everything)

describe('orphansAmong', () => {
  it('tells what is there and no API knows, and leaves out what others made', () => {
    expect(orphans).toEqual({
      machines: [{ host: 'kolla2', id: unknown }],
      ports: [plugged],
      disks: [`${unknown}_disk`, `${elsewhere}_disk.config`],
      volumes: [`volume-${unknown}`],
      images: [unknown],
    })
  })

  it('takes nothing for an orphan of an API that did not answer', () => {
    const nothing = { machines: [], ports: [], disks: [], volumes: [], images: [] }
    expect(orphansAmong(present, {})).toEqual(nothing)
    const { machines, ...others } = everything
    const without = orphansAmong(present, others)
    expect(machines).toBeDefined()
    expect(without).toEqual({ ...orphans, machines: [], disks: [] })
  })
})

describe('describeOrphans', () => {
  const domain: Domain = {
    name: 'demo1',
    owner: { project: 'p1', user: 'u1' },
    devices: [`vms/${unknown}_disk`, `volumes/volume-${unknown}`],
  }
  const place = {
    domains: new Map([[unknown, domain]]),
    pools: { disks: 'vms', volumes: 'volumes', images: 'images' },
    backend: 'kolla1@rbd-1#rbd-1',
  }

  it('tells of each where it is, whose, and what deletes or adopts it', () => {
    const told = describeOrphans(orphans, place)
    expect(told.every(({ severity }) => severity === 'warning')).toBe(true)
    expect(told.map(({ host }) => host)).toEqual([
      'kolla2',
      ...[undefined, undefined, undefined, undefined],
      'kolla1',
    ])
    const [machine, disk, config, volume, image, port] = told.map(({ message }) => message)
    expect(machine).toContain(`the machine ${unknown} (demo1, of project p1, user u1) is here`)
    expect(machine).toContain(`\`docker exec nova_libvirt virsh undefine --nvram ${unknown}\``)
    expect(disk).toContain(
      `vms/${unknown}_disk in Ceph is of the machine ${unknown} on kolla2 (demo1, of project p1, user u1)`,
    )
    expect(disk).toContain(`when that machine is stopped, \`docker exec ceph_mon rbd rm vms/`)
    expect(config).toContain(`a machine ${elsewhere} that no host shows`)
    expect(volume).toContain(`(attached to the machine ${unknown} on kolla2 (demo1`)
    expect(volume).toContain(
      `\`openstack volume create --remote-source source-name=volume-${unknown} --host kolla1@rbd-1#rbd-1 NAME\` adopts it`,
    )
    expect(image).toContain(`rbd export images/${unknown}@snap`)
    expect(port).toContain('`docker exec openvswitch_vswitchd ovs-vsctl del-port tap1` unplugs it')
    expect(port).toContain("it is of one of Neutron's agents")
  })

  it('tells of a port which machine has lost its network', () => {
    const ports = [{ ...plugged, machine: known, mac: 'fa:16:3e:01:02:03' }]
    const [told] = describeOrphans({ ...orphansAmong(present, {}), ports }, place)
    expect(told?.message).toContain(`no network reaches the machine ${known} through it`)
    expect(told?.message).toContain('--mac-address fa:16:3e:01:02:03')
  })

  it('names those that are too many to be told, and counts the rest', () => {
    const machines = Array.from({ length: 150 }, (_, number) => ({
      host: 'kolla1',
      id: id(number),
    }))
    const told = describeOrphans({ ...orphansAmong(present, {}), machines }, place)
    expect(told).toHaveLength(21)
    const last = told[20]?.message
    expect(last).toContain('130 more machines are known to no API')
    expect(last).toContain(`${id(20)} on kolla1, ${id(21)} on kolla1`)
    expect(last).toContain(`${id(119)} on kolla1, and 30 that are not named here`)
    expect(JSON.stringify(told).length).toBeLessThan(20_000)
  })
})
