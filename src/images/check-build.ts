import type { Finding } from '../model/finding.js'
import { nearest } from '../model/nearest.js'
import { isReleaseSupported, supportedReleases } from '../model/releases.js'
import { kollaProfiles, ownProfiles, packagesOnlyImages } from './profiles.js'

export interface BuildRequest {
  /** `2026.1`. */
  readonly release: string
  /** `kolla_base_distro`: debian, rocky, ubuntu, centos. */
  readonly distro: string
  /** `openstack_tag`, which the hosts will pull: `2026.1-debian-trixie`. */
  readonly tag: string
  /** `docker_registry`: `192.168.8.73:5000`. */
  readonly registry: string
  /** `docker_namespace`: `kolla`. */
  readonly namespace: string
  readonly select: { readonly profile: string } | { readonly images: readonly string[] }
  readonly environment: BuildEnvironment
}

/** What the build host reaches: the whole internet, or Debian's and Python's package registries and nothing else. */
export type BuildEnvironment = 'upstream' | 'packages-only'

/** Everything that is wrong with a request, one sentence each. */
export function checkBuild(request: BuildRequest): Finding[] {
  return [...checkRelease(request), ...checkWords(request), ...checkSelection(request)].map(
    (message) => ({ severity: 'error', message }),
  )
}

function checkRelease({ release, distro, environment }: BuildRequest): string[] {
  if (!isReleaseSupported(release))
    return [`images of release '${release}' can't be built: use ${supportedReleases.join(' or ')}`]
  if (environment === 'packages-only' && distro !== 'debian')
    return [`images on '${distro}' take the whole internet: set kolla_base_distro to debian`]
  return []
}

const settings = {
  distro: 'kolla_base_distro',
  tag: 'openstack_tag',
  registry: 'docker_registry',
  namespace: 'docker_namespace',
} as const

/** What parts of an image's name may hold: nothing that means something to a shell either. */
const word = /^[a-z0-9][\w.:/-]*$/i

function checkWords(request: BuildRequest): string[] {
  const names = Object.entries(settings) as [keyof typeof settings, string][]
  return names
    .filter(([key]) => !word.test(request[key]))
    .map(([key, setting]) => `${setting} is '${request[key]}', which can't be part of an image's name`)
}

function checkSelection({ select, environment }: BuildRequest): string[] {
  if ('profile' in select) {
    const known = [...kollaProfiles, ...Object.keys(ownProfiles)]
    if (environment === 'packages-only' && select.profile === 'aux')
      return ["no image of profile 'aux' can be built from Debian's and Python's packages alone"]
    if (known.includes(select.profile)) return []
    const hint = nearest(select.profile, known)
    return [`there is no profile '${select.profile}'${hint}: use ${known.join(', ')}`]
  }
  if (environment === 'upstream')
    return select.images
      .filter((image) => !word.test(image))
      .map((image) => `'${image}' is not the name of an image`)
  return select.images
    .filter((image) => !packagesOnlyImages.includes(image))
    .map((image) => {
      const hint = nearest(image, packagesOnlyImages)
      return `image '${image}' can't be built from Debian's and Python's packages alone${hint}`
    })
}
