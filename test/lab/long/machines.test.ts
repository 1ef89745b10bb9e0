import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { away } from '../../support/away.js'
import { Browser } from '../../support/browser.js'
import { deployWhole } from '../../support/deploy-whole.js'
import type { Installation } from '../../support/installation.js'
import { eventually, floatingAddress, hosts, lab, onHost, onHosts } from '../../support/lab.js'
import { Machine } from '../../support/machine.js'
import { OpenStack } from '../../support/openstack.js'
import { Ping } from '../../support/ping.js'
import { starve } from '../../support/starve.js'
import { machineProcesses } from '../../support/whole-cloud.js'

/** The whole cloud from bare hosts, and virtual machines on it, looked at from outside. The parts build on each other. */
let installation: Installation
beforeAll(async () => {
  installation = await deployWhole()
})
afterAll(() => installation.stop())

const nobody = (names: readonly string[]) => names.length === 0

const rbd = (command: string) => onHost('kolla1', `timeout 60 docker exec ceph_mon rbd ${command}`)

/** Host that holds the floating address. */
async function holderOfTheAddress(): Promise<string> {
  const held = await onHosts(`ip -4 -brief address | grep -c '${floatingAddress}/' || true`)
  return hosts.find((_, index) => held[index] === '1') ?? ''
}

/** Has the L3 agents of the other hosts give up the router, which are back when it has moved. */
async function takeRouterTo(cloud: OpenStack, host: string): Promise<void> {
  const active = async () => {
    const { routers } = await cloud.ask<{ routers: { id: string }[] }>(
      'GET',
      'network',
      '/v2.0/routers',
    )
    const { agents } = await cloud.ask<{ agents: { host: string; ha_state: string }[] }>(
      'GET',
      'network',
      `/v2.0/routers/${routers[0]?.id ?? ''}/l3-agents`,
    )
    return agents.filter(({ ha_state }) => ha_state === 'active').map((agent) => agent.host)
  }
  const keepalived = 'docker ps --quiet --filter name=neutron_l3_agent_keepalived'
  for (;;) {
    const [holder = ''] = await eventually(active, (found) => found.length === 1, 120)
    if (holder === host) return
    await onHost(holder, `docker restart $(${keepalived})`)
    await eventually(active, (found) => found.length === 1 && found[0] !== holder, 120)
  }
}

/** For a guest: writes its name to the first volume that has no text, and says what a volume has. */
const onVolume = `#!/bin/sh
while sleep 1; do
  [ -b /dev/vdb ] || continue
  text=$(head -c 64 /dev/vdb | tr -d '\\0')
  [ -n "$text" ] || echo "written by $(hostname)" | dd of=/dev/vdb bs=512 conv=sync,fsync
  echo "guest volume: $text" >/dev/console
done >/dev/null 2>&1 &
echo watching
`

describe('virtual machines', () => {
  let cloud: OpenStack
  let first: Machine
  let second: Machine
  let address: string
  beforeAll(async () => (cloud = await OpenStack.of(installation)))

  /** Whether an address answers on a port, from this machine. */
  const page = async (host: string, port = 80) => {
    const answer = await fetch(`http://${host}:${port}/`, { signal: AbortSignal.timeout(5_000) })
    return (await answer.text()).trim()
  }

  it('have networks, flavors and an image by init-runonce, which changes nothing the second time', async () => {
    await installation.run('init-runonce')
    const made = async () =>
      Promise.all(
        ['networks', 'subnets', 'routers', 'security-group-rules'].map((kind) =>
          cloud.ask<object>('GET', 'network', `/v2.0/${kind}?fields=id`),
        ),
      )
    const before = await made()
    await installation.run('init-runonce')
    expect(await made()).toEqual(before)
  })

  it('boot from an image in Ceph, with an address by DHCP and their metadata', async () => {
    const options = { image: 'guest', network: 'demo-net', flavor: 'm1.nano', script: onVolume }
    first = await Machine.boot(cloud, 'first', options)
    await first.says(/guest metadata: first/)
    second = await Machine.boot(cloud, 'second', options)
    await second.says(/guest metadata: second/)
    const disks = (await rbd('--pool vms ls')).split('\n')
    expect(disks).toContain(`${first.id}_disk`)
    expect(await rbd(`info vms/${first.id}_disk`)).toMatch(/parent: images\//)
  })

  it('answer on a floating address, and only what security groups let pass', async () => {
    address = await first.giveFloatingAddress('public1')
    const ping = new Ping(address)
    await eventually(
      () => page(address),
      (text) => text.startsWith('first'),
      60,
    )
    expect((await ping.stop()).answers).toBeGreaterThan(0)
    // Nothing listens there: let through, it would be refused at once.
    await expect(page(address, 81)).rejects.toThrow(/timeout/)
  })

  it('write to a volume, and another one reads it', async () => {
    const volume = await cloud.createVolume('carried')
    await first.attach(volume)
    await first.says(/guest volume: written by first/)
    await first.detach(volume)
    await second.attach(volume)
    await second.says(/guest volume: written by first/)
    await second.detach(volume)
  })

  it('come with a stack of server, port, volume and floating address, and go with it', async () => {
    const property = (resource: string, ...path: string[]) => ({ get_attr: [resource, ...path] })
    await cloud.createStack('machine', {
      port: { type: 'OS::Neutron::Port', properties: { network: 'demo-net' } },
      server: {
        type: 'OS::Nova::Server',
        properties: {
          image: 'guest',
          flavor: 'm1.nano',
          networks: [{ port: { get_resource: 'port' } }],
        },
      },
      volume: { type: 'OS::Cinder::Volume', properties: { size: 1 } },
      attachment: {
        type: 'OS::Cinder::VolumeAttachment',
        properties: {
          volume_id: { get_resource: 'volume' },
          instance_uuid: { get_resource: 'server' },
        },
      },
      address: {
        type: 'OS::Neutron::FloatingIP',
        properties: { floating_network: 'public1', port_id: { get_resource: 'port' } },
      },
      told: {
        type: 'OS::Heat::Value',
        properties: { value: property('address', 'floating_ip_address') },
      },
    })
    const shown = await cloud.stackValue('machine', 'told')
    await eventually(
      () => page(shown),
      (text) => text.length > 0,
      120,
    )
    await cloud.deleteStack('machine')
    await expect(page(shown)).rejects.toThrow()
  })

  it('show their console in a browser', async () => {
    const browser = await Browser.start()
    try {
      await browser.open(await first.consoleUrl())
      await eventually(
        () => browser.text(),
        (text) => text.includes('Connected'),
        60,
      )
      await browser.picture(join(tmpdir(), 'console.png'))
    } finally {
      await browser.stop()
    }
  })

  it('move to another host while they answer', async () => {
    const before = await first.host()
    const ping = new Ping(address)
    await first.migrate()
    const { answers, longestGap } = await ping.stop()
    console.log(
      `live migration from ${before} to ${await first.host()}: ${answers} echoes, longest gap ${longestGap} ms`,
    )
    expect(await page(address)).toMatch(/^first/)
    expect(longestGap).toBeLessThan(10_000)
  })

  const options: Readonly<Record<string, () => Promise<unknown>>> = {
    'Open vSwitch': () =>
      installation.edit(
        'globals.yml',
        /$/,
        'openvswitch_vswitchd_dimensions: { mem_reservation: 64m }\n',
      ),
    Neutron: () =>
      installation.write('config/neutron.conf', '[DEFAULT]\nrpc_response_timeout = 61\n'),
    Nova: () => installation.write('config/nova.conf', '[DEFAULT]\nmax_concurrent_builds = 5\n'),
  }
  it.each(Object.entries(options))(
    'go on, as closed as before, while an option of %s is rolled out, host by host',
    async (service, set) => {
      const running = await machineProcesses()
      const ping = new Ping(address)
      await set()
      await installation.run('deploy')
      const { longestGap } = await ping.stop()
      console.log(`an option of ${service}: longest gap ${longestGap} ms`)
      expect(await machineProcesses()).toEqual(running)
      expect(await page(address)).toMatch(/^first/)
      await expect(page(address, 81)).rejects.toThrow(/timeout/)
      expect(await installation.run('plan')).toContain('Nothing to change')
    },
  )

  it('outlive the host of the floating address, of the router and of one of them', async () => {
    const holder = await holderOfTheAddress()
    await second.migrate(holder)
    if ((await first.host()) === holder) await first.migrate()
    await takeRouterTo(cloud, holder)
    const ping = new Ping(address)
    await lab('poweroff', holder)
    const began = Date.now()
    await eventually(() => cloud.ask('GET', 'compute', '/servers'), Boolean, 60)
    console.log(`APIs answer after ${Date.now() - began} ms`)
    await eventually(
      () => page(address),
      (text) => text.startsWith('first'),
      120,
    )
    const { longestGap } = await ping.stop()
    console.log(`the router's host was switched off: longest gap ${longestGap} ms`)
    await lab('poweron', holder)
    expect(await eventually(() => away(cloud), nobody, 600)).toEqual([])
    await second.start()
    await second.says(/guest metadata: second/, 300)
  })

  it('go on, and everything else comes back, when a host is starved of memory and fed again', async () => {
    await starve('kolla2', 180)
    const fed = Date.now()
    expect(await eventually(() => away(cloud), nobody, 600)).toEqual([])
    console.log(`everything is at work ${Math.round((Date.now() - fed) / 1000)} s after`)
    expect(await page(address)).toMatch(/^first/)
    expect(await installation.run('plan')).toContain('Nothing to change')
  })
})
