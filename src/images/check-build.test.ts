import { expect, it } from 'vitest'
import { checkBuild } from './check-build.js'
import type { BuildRequest } from './check-build.js'

const request: BuildRequest = {
  release: '2026.1',
  distro: 'debian',
  tag: '2026.1-debian-trixie',
  registry: '192.168.8.73:5000',
  namespace: 'kolla',
  select: { profile: 'control-plane' },
  environment: 'packages-only',
}

it.each<[Partial<BuildRequest>]>([
  [{}],
  [{ select: { profile: 'infra' } }],
  [{ select: { profile: 'openstack' } }],
  [{ environment: 'upstream', select: { profile: 'aux' } }],
  [{ select: { images: ['keystone', 'mariadb-server'] } }],
  [{ environment: 'upstream', distro: 'rocky', select: { images: ['octavia-api'] } }],
])('builds %j', (changes) => {
  expect(checkBuild({ ...request, ...changes })).toEqual([])
})

it.each<[Partial<BuildRequest>, string]>([
  [{ release: '2024.1' }, "images of release '2024.1' can't be built: use 2025.2 or 2026.1"],
  [{ distro: 'rocky' }, "images on 'rocky' take the whole internet: set kolla_base_distro to debian"],
  [{ namespace: '$(reboot)' }, "docker_namespace is '$(reboot)', which can't be part of an image's name"],
  [{ registry: '' }, "docker_registry is '', which can't be part of an image's name"],
  [
    { select: { profile: 'infa' } },
    "there is no profile 'infa', did you mean 'infra'?: use infra, main, aux, default, gate, control-plane, openstack, compute, ceph",
  ],
  [
    { select: { profile: 'aux' } },
    "no image of profile 'aux' can be built from Debian's and Python's packages alone",
  ],
  [
    { select: { images: ['keyston'] } },
    "image 'keyston' can't be built from Debian's and Python's packages alone, did you mean 'keystone'?",
  ],
  [
    { environment: 'upstream', select: { images: ['nova; reboot'] } },
    "'nova; reboot' is not the name of an image",
  ],
])('refuses %j', (changes, message) => {
  expect(checkBuild({ ...request, ...changes })).toEqual([{ severity: 'error', message }])
})
