import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Installation } from '../../support/installation.js'
import { eventually, onHost } from '../../support/lab.js'
import { Machine } from '../../support/machine.js'
import { OpenStack } from '../../support/openstack.js'
import { ReleasedCloud, next, old, tagOf } from '../../support/releases.js'
import { Users, expectUndisturbed, guest } from '../../support/users.js'
import { expectWhole, inventoryOf, machineProcesses } from '../../support/whole-cloud.js'

/**
 * The whole cloud from 2025.2 to 2026.1 and back while machines run on it and its users work; looked at from outside. The
 * parts build on each other and run in this order. `broken-image` and `evacuation` go there again.
 */
let released: ReleasedCloud
let installation: Installation
let cloud: OpenStack
let users: Users

beforeAll(async () => {
  released = await ReleasedCloud.deploy('whole')
  installation = released.installation
  cloud = await OpenStack.of(installation)
})
afterAll(() => released.stop())

const inventory = () => inventoryOf(cloud, released.keystone)

describe('a cloud with users', () => {
  it('has machines with addresses, a disk that is written, and a stack', async () => {
    await installation.run('init-runonce')
    users = await Users.arrive(installation, cloud)
    await cloud.createStack('before', {
      volume: { type: 'OS::Cinder::Volume', properties: { size: 1, name: 'of the stack' } },
    })
    await expectWhole(released, cloud, old)
  })

  it('is told what its upgrade does, interrupts and may cost', async () => {
    const plan = await installation.run('upgrade', next, '--dry-run')
    console.log(plan)
    for (const part of ['nova on kolla', 'nova-cell on kolla', 'neutron on kolla', 'ceph-osd on']) {
      expect(plan).toContain(part)
    }
    expect(plan).toContain('What is interrupted:')
    expect(plan).toContain('What a rollback costs, from each of these on:')
  })

  it('has the images of the next release pulled beforehand, which disturbs nobody', async () => {
    await installation.run('pull', next)
    await expectWhole(released, cloud, old)
  })

  it('goes to the next release while they work', { timeout: 7_200_000 }, async () => {
    const [before, machines] = [await inventory(), await machineProcesses()]
    const seen = await users.whileAtWork('upgrade', next)
    expect(seen.outcome).toMatchObject({ code: 0 })
    await released.describeAs(next)
    await expectWhole(released, cloud, next)
    expect(await inventory()).toEqual(before)
    expect(await machineProcesses()).toEqual(machines)
    expectUndisturbed(seen)
  })

  it(
    'comes back, keeps every machine, and lists what the database forgot',
    { timeout: 7_200_000 },
    async () => {
      const before = await machineProcesses()
      const between = await Machine.boot(cloud, 'between', guest)
      const host = await between.host()
      const volume = await cloud.createVolume('between')
      const { outcome, echoes, held } = await users.whileAtWork('rollback', '--confirm')
      expect(outcome).toMatchObject({ code: 0 })
      console.log(outcome.stderr)
      expect(outcome.stderr).toMatch(new RegExp(`${host}: warning: the machine ${between.id}`))
      expect(outcome.stderr).toContain(`volumes/volume-${volume} is in Ceph`)
      expect(outcome.stderr).toContain(`vms/${between.id}_disk in Ceph`)
      await released.describeAs(old)
      // As its summary says: Ceph stays at its new major release.
      expect(outcome.stdout).toContain(`ceph_tag: "${tagOf(next)}"`)
      await installation.edit('globals.yml', /$/, `ceph_tag: "${tagOf(next)}"\n`)
      await expectWhole(released, cloud, old)
      expect(await machineProcesses()).toEqual(expect.arrayContaining(before))
      expect(held.ended).toBeUndefined()
      for (const { longestGap } of echoes) expect(longestGap).toBeLessThan(30_000)
      const name = await users.page()
      expect(name).toMatch(/^first/)
      await adoptAndDelete(outcome.stderr, host, between.id, volume)
    },
  )
})

/** By what the rollback told: with its commands, and to Cinder's backend that it named. */
async function adoptAndDelete(
  told: string,
  host: string,
  machine: string,
  volume: string,
): Promise<void> {
  const virsh = (command: string) => onHost(host, `docker exec nova_libvirt virsh ${command}`)
  await virsh(`destroy ${machine} || true`)
  await virsh(`undefine --nvram ${machine}`)
  expect(await virsh('list --all --uuid')).not.toContain(machine)
  // Ceph waits half a minute for a client that has gone.
  const remove = () => onHost('kolla1', `docker exec ceph_mon rbd rm vms/${machine}_disk`)
  await eventually(remove, () => true, 120)
  const adopted = { name: 'adopted', host: /--host (\S+) NAME/.exec(told)?.[1] }
  await cloud.ask(
    'POST',
    'block-storage',
    '/manageable_volumes',
    { volume: { ...adopted, ref: { 'source-name': `volume-${volume}` } } },
    { 'openstack-api-version': 'volume 3.8' },
  )
}
