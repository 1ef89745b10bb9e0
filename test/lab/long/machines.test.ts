import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Browser } from '../../support/browser.js'
import { Installation } from '../../support/installation.js'
import { eventually, hosts, lab, onHost, onHosts } from '../../support/lab.js'
import { Machine } from '../../support/machine.js'
import { OpenStack } from '../../support/openstack.js'
import { Ping } from '../../support/ping.js'

/** The whole cloud from bare hosts, and virtual machines on it, looked at from outside. The parts build on each other. */
let installation: Installation
beforeAll(async () => {
  installation = await Installation.start('whole')
  await Promise.all(hosts.map((host) => lab('reset', host)))
  await installation.run('bootstrap-servers')
  for (const profile of ['control-plane', 'ceph', 'openstack', 'compute']) {
    await installation.run('build', '--profile', profile)
  }
  await installation.run('deploy')
  await installation.run('post-deploy')
})
afterAll(() => installation.stop())

const rbd = (command: string) => onHost('kolla1', `timeout 60 docker exec ceph_mon rbd ${command}`)

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

  it('go on while what carries them is replaced, host by host', async () => {
    // Not those that libvirt asks what they can do.
    const processes = () => onHosts("pgrep --full '[q]emu-system.* guest=' || true")
    const running = await processes()
    const ping = new Ping(address)
    await installation.write('config/nova.conf', '[DEFAULT]\nmax_concurrent_builds = 5\n')
    await installation.run('deploy')
    const { longestGap } = await ping.stop()
    console.log(`an option of Nova's: longest gap ${longestGap} ms`)
    expect(await processes()).toEqual(running)
    expect(await installation.run('plan')).toContain('Nothing to change')
  })
})
