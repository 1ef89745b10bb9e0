import { describe, expect, it } from 'vitest'
import { testCloud } from '../../catalog/testing/cloud.js'
import { checkRelease } from '../check-release.js'
import { runningReleases } from '../check-upgrade.js'
import { desired, observedHost, running } from '../testing.js'
import { cephLeft, cephTag } from './pinned.js'

const ceph = (release: string) =>
  running(
    desired({
      name: 'ceph_mon',
      service: 'ceph-mon',
      release,
      image: {
        ref: `192.168.8.73:5000/kolla/ceph-mon:${release}-debian-trixie`,
        digest: 'sha256:c',
      },
    }),
  )
const host = (openstack: string, ofCeph: string) => [
  observedHost('kolla1', { containers: [running(desired({ release: openstack })), ceph(ofCeph)] }),
]
const left = (openstack: string, ofCeph: string) => {
  const observed = host(openstack, ofCeph)
  return cephLeft('demo', observed, runningReleases('demo', observed))
}

describe('a Ceph that stayed on a newer release', () => {
  it('is told from an upgrade that did not come to its end, with the way out', () => {
    expect(left('2025.2', '2026.1')?.message).toContain('ceph_tag: "2026.1-debian-trixie"')
    expect(left('2026.1', '2025.2')).toBeUndefined()
    expect(left('2026.1', '2026.1')).toBeUndefined()
  })

  it('counts for nothing once its tag is its own', () => {
    const observed = host('2025.2', '2026.1')
    expect(runningReleases('demo', observed, true)).toEqual(['2025.2'])
    const globals = { openstack_release: '2025.2', enable_ceph: true }
    const pinned = testCloud({ globals: { ...globals, ceph_tag: '2026.1-debian-trixie' } })
    expect(checkRelease(pinned, observed)).toEqual([])
    expect(checkRelease(testCloud({ globals }), observed)).toMatchObject([
      { message: expect.stringContaining('Ceph stayed on 2026.1') as string },
    ])
  })

  it('goes to no other release by its tag alone', () => {
    const globals = { openstack_release: '2025.2', enable_ceph: true }
    const pinned = testCloud({ globals: { ...globals, ceph_tag: '2026.1-debian-trixie' } })
    expect(checkRelease(pinned, host('2025.2', '2025.2'))).toMatchObject([
      { message: expect.stringContaining('Ceph runs images of 2025.2 and ceph_tag') as string },
    ])
    const newer = testCloud({ globals: { ...globals, ceph_tag: '2026.1-debian-trixie-2' } })
    expect(checkRelease(newer, host('2025.2', '2026.1'))).toEqual([])
  })

  it('is of the tag that its containers were made from', () => {
    expect(cephTag(host('2025.2', '2026.1'))).toBe('2026.1-debian-trixie')
  })

  it.each([
    ['by digest', '192.168.8.73:5000/kolla/ceph-mon@sha256:c'],
    ['whose tag has moved to another image since', `sha256:${'c'.repeat(64)}`],
    ['of a registry with a port and without a tag', '192.168.8.73:5000/kolla/ceph-mon'],
  ])('has no tag by a container %s', (_what, image) => {
    const containers = [{ ...ceph('2026.1'), image }]
    expect(cephTag([observedHost('kolla1', { containers })])).toBeUndefined()
  })
})
