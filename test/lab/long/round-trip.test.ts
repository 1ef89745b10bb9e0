import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Installation } from '../../support/installation.js'
import { away } from '../../support/away.js'
import { eventually, onHost } from '../../support/lab.js'
import { Machine } from '../../support/machine.js'
import { OpenStack } from '../../support/openstack.js'
import { Ping } from '../../support/ping.js'
import { derive } from '../../support/registry.js'
import { ReleasedCloud, next, old, tagOf } from '../../support/releases.js'
import { Session } from '../../support/session.js'
import {
  describeProbed,
  inventoryOf,
  machineProcesses,
  probeApis,
  stopAll,
} from '../../support/whole-cloud.js'

/**
 * The whole cloud from 2025.2 to 2026.1, back, and there again, while machines run on it and its users work; looked at
 * from outside. The parts build on each other and run in this order.
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

/** What is sent to port 8000 comes back; on the first volume a number is written five times a second, and told. */
const writesAndEchoes = `#!/bin/sh
nc -ll -p 8000 -e cat >/dev/null 2>&1 &
while sleep 0.2; do
  [ -b /dev/vdb ] || continue
  now=$(cut -d ' ' -f 1 /proc/uptime | tr -d .)
  [ -z "$last" ] || [ $((now - last)) -le "\${longest:-0}" ] || longest=$((now - last))
  last=$now count=$((count + 1))
  echo $count | dd of=/dev/vdb bs=512 conv=sync,fsync
  echo "$count $longest" >/www/written
done >/dev/null 2>&1 &
echo working
`

const guest = { image: 'guest', network: 'demo-net', flavor: 'm1.nano' }

/** Those who use the cloud: two machines with floating addresses, of which one writes to a volume. */
class Users {
  private constructor(
    readonly first: Machine,
    readonly second: Machine,
    readonly volume: string,
    private readonly addresses: readonly [string, string],
  ) {}

  static async arrive(): Promise<Users> {
    const first = await Machine.boot(cloud, 'first', { ...guest, script: writesAndEchoes })
    const second = await Machine.boot(cloud, 'second', guest)
    await first.says(/guest user data: working/)
    await second.says(/guest ready/)
    const volume = await cloud.createVolume('written')
    await first.attach(volume)
    const addresses = [
      await first.giveFloatingAddress('public1'),
      await second.giveFloatingAddress('public1'),
    ] as const
    const users = new Users(first, second, volume, addresses)
    await eventually(
      () => users.written(),
      ({ count }) => count > 0,
      60,
    )
    return users
  }

  /** How often the first machine has written to its disk, and the longest time between two, in hundredths of a second. */
  async written(): Promise<{ count: number; longest: number }> {
    const [count, longest] = (await this.page('written')).split(' ').map(Number)
    return { count: count ?? 0, longest: longest ?? 0 }
  }

  async page(name = ''): Promise<string> {
    const answer = await fetch(`http://${this.addresses[0]}/${name}`, {
      signal: AbortSignal.timeout(5_000),
    })
    return (await answer.text()).trim()
  }

  /** Runs a verb while every API is asked and written to, both machines are pinged, and one of them holds a session. */
  async whileAtWork(...verb: readonly string[]) {
    const networks = await cloud.ask<{ networks: { id: string; name: string }[] }>(
      'GET',
      'network',
      '/v2.0/networks',
    )
    const network = networks.networks.find(({ name }) => name === 'demo-net')?.id ?? ''
    const written = { server: this.first.id, volume: this.volume, network }
    const probes = probeApis(cloud, written)
    const pings = this.addresses.map((address) => new Ping(address))
    const session = new Session(this.addresses[0], 8000)
    const before = await this.written()
    const began = Date.now()
    try {
      const outcome = await installation.attempt(...verb)
      const seconds = Math.round((Date.now() - began) / 1000)
      const apis = await stopAll(probes)
      const echoes = await Promise.all(pings.map((ping) => ping.stop()))
      const held = session.stop()
      const after = await this.written()
      console.log(
        [
          `${verb.join(' ')}: ${seconds} s`,
          describeProbed(apis),
          ...echoes.map(
            ({ longestGap }, index) => `ping ${index + 1}: longest gap ${longestGap} ms`,
          ),
          `a TCP session: ${held.answered} answers, longest gap ${held.longestGap} ms, ended: ${held.ended ?? 'no'}`,
          `a disk: ${after.count - before.count} writes, longest gap ${after.longest * 10} ms since it is written`,
          ...Object.entries(apis).flatMap(([name, { failures }]) =>
            failures
              .slice(0, 5)
              .map((failure) => `${name}: ${failure.replace(/\s+/g, ' ').slice(0, 200)}`),
          ),
        ].join('\n'),
      )
      return { outcome, apis, echoes, held, writes: after.count - before.count }
    } finally {
      await Promise.allSettled([stopAll(probes), ...pings.map((ping) => ping.stop())])
      session.stop()
    }
  }
}

/** What an upgrade may cost those who use the cloud. */
function expectUndisturbed({
  apis,
  echoes,
  held,
  writes,
}: Awaited<ReturnType<Users['whileAtWork']>>): void {
  const failed = Object.entries(apis).filter(([, { failures }]) => failures.length > 0)
  expect(failed).toEqual([])
  for (const { longestGap } of echoes) expect(longestGap).toBeLessThan(30_000)
  expect(held.ended).toBeUndefined()
  expect(writes).toBeGreaterThan(100)
}

const inventory = () => inventoryOf(cloud, released.keystone)

/** The machine of a process, as libvirt names it. */
const nameOf = (machine: string) => machine.split(' ').at(-1)

/** Every service has reported, no container has ended, and the cloud is what its files describe. */
async function expectWhole(release: typeof old | typeof next): Promise<void> {
  await released.expectToBe(release, 'before')
  expect(
    await eventually(
      () => away(cloud),
      (names) => names.length === 0,
      120,
    ),
  ).toEqual([])
  await installation.run('check')
}

describe('a cloud with users', () => {
  it('has machines with addresses, a disk that is written, and a stack', async () => {
    await installation.run('init-runonce')
    users = await Users.arrive()
    await cloud.createStack('before', {
      volume: { type: 'OS::Cinder::Volume', properties: { size: 1, name: 'of the stack' } },
    })
    await expectWhole(old)
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
    await expectWhole(old)
  })

  it('goes to the next release while they work', { timeout: 7_200_000 }, async () => {
    const [before, machines] = [await inventory(), await machineProcesses()]
    const seen = await users.whileAtWork('upgrade', next)
    expect(seen.outcome).toMatchObject({ code: 0 })
    await released.describeAs(next)
    await expectWhole(next)
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
      await expectWhole(old)
      expect(await machineProcesses()).toEqual(expect.arrayContaining(before))
      expect(held.ended).toBeUndefined()
      for (const { longestGap } of echoes) expect(longestGap).toBeLessThan(30_000)
      const name = await users.page()
      expect(name).toMatch(/^first/)
      await adoptAndDelete(outcome.stderr, host, between.id, volume)
    },
  )

  it(
    'is stopped by a broken image of Nova at the first host, and taken back',
    { timeout: 7_200_000 },
    async () => {
      const from = tagOf(next)
      const broken = '2026.1-broken'
      const breakage = ['USER root', 'RUN rm "$(command -v nova-compute)"', 'USER nova']
      await derive({ image: 'nova-compute', tag: broken, from }, ...breakage)
      const put = await installation.edit('globals.yml', /$/, `nova_compute_tag: "${broken}"\n`)
      const before = await machineProcesses()
      const { outcome, held } = await users.whileAtWork('upgrade', next, '--on-failure', 'rollback')
      await put()
      expect(outcome.code).toBe(1)
      expect(outcome.stderr).toContain('failed and was rolled back')
      expect(outcome.stderr).toContain('nova-cell on kolla')
      expect(held.ended).toBeUndefined()
      expect(await machineProcesses()).toEqual(before)
      await expectWhole(old)
    },
  )

  it(
    'goes to the next release again, with machines elsewhere while their host is at work',
    { timeout: 7_200_000 },
    async () => {
      const [before, machines] = [await inventory(), await machineProcesses()]
      const seen = await users.whileAtWork('upgrade', next, '--evacuate')
      expect(seen.outcome).toMatchObject({ code: 0 })
      expect(seen.outcome.stderr).not.toMatch(/stayed|no machine was moved/)
      await released.describeAs(next)
      await expectWhole(next)
      expect(await inventory()).toEqual(before)
      // Each has moved, so it is another process, and there is no second one.
      const after = await machineProcesses()
      expect(after.map(nameOf).sort()).toEqual(machines.map(nameOf).sort())
      expect(after.filter((machine) => machines.includes(machine))).toEqual([])
      expectUndisturbed(seen)
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
