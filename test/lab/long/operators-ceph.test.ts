import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Installation } from '../../support/installation.js'
import { eventually, hosts, lab, onHosts } from '../../support/lab.js'
import { OpenStack } from '../../support/openstack.js'
import { startOperatorsCeph } from '../../support/operators-ceph.js'
import type { OperatorsCeph } from '../../support/operators-ceph.js'

/** Images, volumes and backups in a Ceph that the operator has already, as kolla-ansible's users have theirs. */
let installation: Installation
let theirs: OperatorsCeph
beforeAll(async () => {
  installation = await Installation.start('without machines')
  await Promise.all(hosts.map((host) => lab('reset', host)))
  await installation.run('bootstrap-servers')
  await installation.run('build')
  theirs = await startOperatorsCeph('2026.1-debian-trixie')
  await installation.remove('config/ceph.conf')
  const off = ['placement', 'heat', 'horizon'].map((name) => `enable_${name}: "no"\n`).join('')
  await installation.edit(
    'globals.yml',
    'enable_ceph: "yes"',
    `enable_ceph: "no"\nglance_backend_ceph: "yes"\ncinder_backend_ceph: "yes"\n${off}`,
  )
})
afterAll(async () => {
  await theirs.stop()
  await installation.stop()
})

describe('deploy', () => {
  it('names the files that are missing before it touches anything', async () => {
    const { code, stderr } = await installation.attempt('deploy')
    expect(code).toBe(2)
    expect(stderr).toContain('config/glance/ceph.conf, config/glance/ceph.client.glance.keyring')
    expect(stderr).toContain('config/cinder/ceph.client.cinder.keyring')
    expect((await onHosts('docker ps --all --quiet')).join('')).toBe('')
  })

  it('brings Glance and Cinder up with them, and nothing of Ceph', async () => {
    const files = {
      glance: ['glance/ceph.client.glance.keyring'],
      cinder: [
        'cinder/cinder-volume/ceph.client.cinder.keyring',
        'cinder/cinder-backup/ceph.client.cinder.keyring',
      ],
      'cinder-backup': ['cinder/cinder-backup/ceph.client.cinder-backup.keyring'],
    }
    for (const [user, paths] of Object.entries(files)) {
      const keyring = await theirs.keyring(user)
      for (const path of paths) await installation.write(`config/${path}`, keyring)
    }
    await installation.write('config/glance/ceph.conf', theirs.conf)
    await installation.write('config/cinder/ceph.conf', theirs.conf)
    await installation.run('deploy')
    await installation.run('post-deploy')
    expect((await onHosts("docker ps --format '{{.Names}}'")).join()).not.toContain('ceph')
  })

  it('again changes nothing', async () => {
    expect(await installation.run('plan')).toContain('Nothing to change')
  })
})

describe('their Ceph', () => {
  it('holds an image, its clone, and the backup of that', async () => {
    const cloud = await OpenStack.of(installation)
    const image = await cloud.createImage('noise', Buffer.alloc(8 * 2 ** 20, 'kolla'))
    expect(await theirs.rbd('ls images')).toContain(image)
    const volume = await cloud.createVolume('clone', { imageRef: image })
    expect(await theirs.rbd(`info volumes/volume-${volume}`)).toContain(
      `parent: images/${image}@snap`,
    )
    await eventually(
      () => cloud.createBackup(volume),
      () => true,
      120,
    )
    expect(await theirs.rbd('ls backups')).toContain(volume)
  })
})
