import { expect } from 'vitest'
import type { Installation } from './installation.js'
import { eventually } from './lab.js'
import { Machine } from './machine.js'
import { OpenStack } from './openstack.js'
import { Ping } from './ping.js'
import { ReleasedCloud, next } from './releases.js'
import { Session } from './session.js'
import { describeProbed, inventoryOf, probeApis, stopAll } from './whole-cloud.js'

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

/** What their machines are made from. */
export const guest = { image: 'guest', network: 'demo-net', flavor: 'm1.nano' }

/** Those who use the cloud: two machines with floating addresses, of which one writes to a volume. */
export class Users {
  private constructor(
    private readonly installation: Installation,
    private readonly cloud: OpenStack,
    readonly first: Machine,
    readonly second: Machine,
    readonly volume: string,
    private readonly addresses: readonly [string, string],
  ) {}

  static async arrive(installation: Installation, cloud: OpenStack): Promise<Users> {
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
    const users = new Users(installation, cloud, first, second, volume, addresses)
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
    const networks = await this.cloud.ask<{ networks: { id: string; name: string }[] }>(
      'GET',
      'network',
      '/v2.0/networks',
    )
    const network = networks.networks.find(({ name }) => name === 'demo-net')?.id ?? ''
    const written = { server: this.first.id, volume: this.volume, network }
    const probes = probeApis(this.cloud, written)
    const pings = this.addresses.map((address) => new Ping(address))
    const session = new Session(this.addresses[0], 8000)
    const before = await this.written()
    const began = Date.now()
    try {
      const outcome = await this.installation.attempt(...verb)
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

export interface Inhabited {
  readonly released: ReleasedCloud
  readonly cloud: OpenStack
  readonly users: Users
  /** Everything that they have. */
  readonly inventory: () => Promise<string[]>
}

/** The whole cloud of the old release, with users, and with the images of the next. */
export async function deployWithUsers(): Promise<Inhabited> {
  const released = await ReleasedCloud.deploy('whole')
  try {
    const { installation, keystone } = released
    const cloud = await OpenStack.of(installation)
    await installation.run('pull', next)
    await installation.run('init-runonce')
    const users = await Users.arrive(installation, cloud)
    return { released, cloud, users, inventory: () => inventoryOf(cloud, keystone) }
  } catch (error) {
    await released.stop()
    throw error
  }
}

/** What an upgrade may cost those who use the cloud. */
export function expectUndisturbed({
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
