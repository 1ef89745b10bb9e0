import { beforeEach, describe, expect, it } from 'vitest'
import { FakeOpenStack } from '../src/host/testing/fake-openstack.js'
import type { InitRunonceInput } from '../workflows/operations.js'
import { runonceActivities } from './runonce.js'
import { contextsOn, testRef } from './testing.js'

let openstack: FakeOpenStack
beforeEach(() => (openstack = new FakeOpenStack()))

const enabled = { enable_glance: true, enable_nova: true, enable_neutron: true }

function prepare(input: Partial<InitRunonceInput>, buildHost?: string, globals = enabled) {
  const { contexts } = contextsOn(openstack.remote, globals)
  return runonceActivities(contexts).prepareRunonce(testRef, { cloud: 'demo', ...input }, buildHost)
}

describe('before a first machine', () => {
  it('the image goes from the build host, or is named', async () => {
    expect(await prepare({}, 'kollar')).toBe('kollar')
    expect(await prepare({ image: '/srv/guest.raw' })).toBe('kolla1')
    await expect(prepare({})).rejects.toThrow(
      "error: no host makes the guest's image: name an image that lies on kolla1 with --image FILE, or a build host in the group [registry] of the inventory",
    )
  })

  it('everything wrong is told at once, and nothing made', async () => {
    delete openstack.catalogue['compute']
    const failed = prepare({ extNetGateway: '203.0.113.1' })
    await expect(failed).rejects.toMatchObject({ type: 'BadInput', nonRetryable: true })
    await expect(failed).rejects.toThrow(/ext-net-gateway[^]*no host makes[^]*type compute yet/)
    expect(openstack.calls).toEqual([])
  })

  it('a cloud without Nova is told what it lacks', async () => {
    await expect(prepare({}, 'kollar', { ...enabled, enable_nova: false })).rejects.toThrow(
      'init-runonce needs enable_nova: yes in globals.yml, and a deploy',
    )
  })
})
