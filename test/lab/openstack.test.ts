import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parse } from 'yaml'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Browser } from '../support/browser.js'
import { Installation } from '../support/installation.js'
import { eventually, floatingAddress, hosts, lab, onHost, onHosts } from '../support/lab.js'
import { OpenStack } from '../support/openstack.js'
import { containersOn } from '../support/outside.js'
import { Probe } from '../support/probe.js'
import { expectNoSecretShown, recordProcesses } from '../support/secrets.js'
import { describeProbed, probeReads, stopAll } from '../support/whole-cloud.js'

/**
 * All of OpenStack that needs no hypervisor, on Ceph, from bare hosts, looked at from outside. The parts build on each
 * other and run in this order.
 */
let installation: Installation
beforeAll(async () => {
  installation = await Installation.start('without machines')
  await Promise.all(hosts.map((host) => lab('reset', host)))
  await installation.run('bootstrap-servers')
  await installation.run('build')
})
afterAll(() => installation.stop())

const rbd = (command: string, host = 'kolla1') =>
  onHost(host, `timeout 60 docker exec ceph_mon rbd ${command}`)

const started = () => containersOn(hosts)

let processes: string[]

describe('deploy', () => {
  it('brings everything up', async () => {
    const stop = await recordProcesses()
    await installation.run('deploy')
    await installation.run('post-deploy')
    processes = await stop()
  })

  it('began with what all else stands on, while the other images still came', async () => {
    const rabbitmq = await onHost('kolla1', "docker inspect --format '{{.Created}}' rabbitmq")
    const newestImage = await onHost(
      'kolla1',
      'stat --format %Y /var/lib/docker/image/overlay2/imagedb/content/sha256/* | sort -n | tail -1',
    )
    expect(Date.parse(rabbitmq) / 1000).toBeLessThan(Number(newestImage))
  })

  it('again changes nothing', async () => {
    const before = await started()
    expect(await installation.run('plan')).toContain('Nothing to change')
    expect(await installation.run('deploy')).toContain('nothing to change')
    expect(await started()).toEqual(before)
  })
})

describe('images, volumes and stacks', () => {
  let cloud: OpenStack
  let image: string
  let volume: string
  beforeAll(async () => (cloud = await OpenStack.of(installation)))

  it('an image lies in Ceph', async () => {
    image = await cloud.createImage('noise', Buffer.alloc(8 * 2 ** 20, 'kolla'))
    expect((await rbd('--pool images ls')).split('\n')).toContain(image)
  })

  it('a volume made from it is a clone, and takes no room', async () => {
    volume = await cloud.createVolume('clone', { imageRef: image })
    expect(await rbd(`info volumes/volume-${volume}`)).toContain(`parent: images/${image}@snap`)
  })

  it('a snapshot of it, and a volume made from that', async () => {
    const snapshot = await cloud.createSnapshot(volume)
    expect(await rbd(`snap ls volumes/volume-${volume}`)).toContain(`snapshot-${snapshot}`)
    await cloud.createVolume('from snapshot', { snapshot_id: snapshot })
  })

  it('a backup of it lies in a pool of its own, and what it restores is the same', async () => {
    // Schedulers hear of services for backups once a minute.
    const backup = await eventually(
      () => cloud.createBackup(volume),
      () => true,
      120,
    )
    const restored = await cloud.restoreBackup(backup)
    expect(await rbd('--pool backups ls')).toContain(volume)
    const digest = (id: string) =>
      onHost('kolla1', `docker exec ceph_mon rbd export volumes/volume-${id} - | sha256sum`)
    expect(await digest(restored)).toBe(await digest(volume))
  })

  it('a stack with a volume completes', async () => {
    await cloud.createStack('stack', {
      volume: { type: 'OS::Cinder::Volume', properties: { name: 'of the stack', size: 1 } },
    })
    const { volumes } = await cloud.ask<{ volumes: { name: string }[] }>(
      'GET',
      'block-storage',
      '/volumes',
    )
    expect(volumes.map(({ name }) => name)).toContain('of the stack')
  })

  it('a person finds them in Horizon, with a browser', async () => {
    const { keystone_admin_password: password = '' } = parse(
      await installation.read('passwords.yml'),
    ) as Record<string, string>
    const browser = await Browser.start()
    try {
      await browser.open(`http://${floatingAddress}/`)
      await browser.type('#id_username', 'admin')
      await browser.type('#id_password', password)
      await browser.click('#loginBtn')
      await browser.find('.topbar')
      await browser.open(`http://${floatingAddress}/project/images`)
      await eventually(
        () => browser.text(),
        (text) => text.includes('noise'),
        60,
      )
      await browser.picture(join(tmpdir(), 'horizon-images.png'))
      await browser.open(`http://${floatingAddress}/project/volumes/`)
      await eventually(
        () => browser.text(),
        (text) => text.includes('of the stack'),
        60,
      )
      await browser.picture(join(tmpdir(), 'horizon-volumes.png'))
    } finally {
      await browser.stop()
    }
  })
})

describe('secrets', () => {
  it('are in no history, log, process list, file that others read, or environment', async () => {
    const auth = await onHost('kolla1', 'docker exec ceph_mon ceph auth ls --format json')
    const { auth_dump: clients } = JSON.parse(auth) as { auth_dump: { key: string }[] }
    const secrets = [...(await installation.secrets()), ...clients.map(({ key }) => key)]
    await expectNoSecretShown(secrets, installation, processes)
    for (const host of hosts) {
      const shown = await onHost(host, 'docker inspect $(docker ps -aq)')
      expect(secrets.filter((secret) => shown.includes(secret))).toEqual([])
    }
  })

  it("Ceph's keys are in the containers that need them, and nobody else reads them there", async () => {
    for (const names of await onHosts(
      `for name in $(docker ps --format '{{.Names}}'); do
         docker exec --user root "$name" sh -c 'stat -c "%n %a" /etc/ceph/*.client.*.keyring' 2>/dev/null |
           sed "s/^/$name /"
       done; true`,
    )) {
      expect(names.split('\n').sort()).toEqual([
        expect.stringMatching(/^ceph_mon .*admin.keyring 600$/),
        'cinder_backup /etc/ceph/ceph.client.cinder-backup.keyring 600',
        'cinder_backup /etc/ceph/ceph.client.cinder.keyring 600',
        'cinder_volume /etc/ceph/ceph.client.cinder.keyring 600',
        'glance_api /etc/ceph/ceph.client.glance.keyring 600',
      ])
    }
  })
})

describe('a changed option', () => {
  it("of Cinder's restarts Cinder's containers alone, and no request to any API fails", async () => {
    const cloud = await OpenStack.of(installation)
    const before = await started()
    await installation.write('config/cinder.conf', '[DEFAULT]\nosapi_max_limit = 999\n')
    const probes = {
      ...probeReads(cloud),
      volumes: new Probe(() => cloud.ask('GET', 'block-storage', '/volumes')),
    }
    await installation.run('deploy')
    const probed = await stopAll(probes)
    console.log(describeProbed(probed))
    for (const [name, { answers, failures }] of Object.entries(probed)) {
      expect([name, failures]).toEqual([name, []])
      expect(answers, name).toBeGreaterThan(10)
    }
    const after = await started()
    for (const [name, { id }] of after) {
      const isSame = id === before.get(name)?.id
      expect([name, isSame]).toEqual([name, !name.includes('/cinder_')])
    }
  })
})

describe('the host with the floating address loses power', () => {
  const holder = () =>
    eventually(
      async () => {
        const held = await Promise.all(
          hosts.map((host) =>
            onHost(host, `ip -4 address show to ${floatingAddress}`).catch(() => ''),
          ),
        )
        return hosts.find((_, index) => held[index] !== '')
      },
      (host) => host !== undefined,
      30,
    )

  it('and images, volumes and stacks go on, before and after it comes back', async () => {
    const host = (await holder()) ?? ''
    await lab('poweroff', host)
    const works = async (name: string) => {
      const cloud = await eventually(
        () => OpenStack.of(installation),
        () => true,
        60,
      )
      const image = await cloud.createImage(name, Buffer.alloc(2 ** 20, name))
      await cloud.createVolume(name, { imageRef: image })
    }
    await eventually(() => works('without').then(() => true), Boolean, 240)
    await lab('poweron', host)
    await eventually(() => installation.run('check').then(() => true), Boolean, 240)
    await works('again')
    expect(await installation.run('plan')).toContain('Nothing to change')
  })
})
