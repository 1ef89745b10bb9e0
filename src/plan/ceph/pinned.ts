import type { Finding } from '../../model/finding.js'
import type { Globals } from '../../model/globals.js'
import type { ObservedHost } from '../../model/observed-host.js'
import { label } from '../desired.js'

export function isOfCeph({ service }: { readonly service: string }): boolean {
  return service.startsWith('ceph-')
}

/** Whether the operator gives Ceph's images a tag of their own: its release is then not that of the cloud. */
export function isCephPinned({ ceph_tag, openstack_tag }: Globals): boolean {
  return ceph_tag !== openstack_tag
}

/** Newest tag of the images that the cloud's Ceph runs; undefined where it runs none, or by digest. */
export function cephTag(observed: readonly ObservedHost[]): string | undefined {
  const images = observed.flatMap(({ containers }) =>
    containers
      .filter(({ labels }) => isOfCeph({ service: labels[label.service] ?? '' }))
      .map(({ image }) => image),
  )
  const tags = images.flatMap((image) => /^(?!sha256:)[^@]+:([^:/@]+)$/.exec(image)?.[1] ?? [])
  // What newer monitors keep, older ones can't read: their release comes first in a tag.
  return tags.sort().at(-1)
}

/**
 * A rollback leaves a Ceph of a newer major release where it is. Until the operator says so in his files, a mixed cloud
 * that is so for no other reason would look like an upgrade that did not come to its end.
 *
 * @param running releases of the cloud, Ceph's included
 */
export function cephLeft(
  cloud: string,
  observed: readonly ObservedHost[],
  running: readonly string[],
): Finding | undefined {
  const ours = observed
    .flatMap((host) => host.containers)
    .filter(({ labels }) => labels[label.cloud] === cloud)
  const releases = (ceph: boolean) =>
    new Set(
      ours
        .filter(({ labels }) => isOfCeph({ service: labels[label.service] ?? '' }) === ceph)
        .flatMap(({ labels }) => labels[label.release] ?? []),
    )
  const [others, ofCeph] = [releases(false), releases(true)]
  const [release = ''] = others
  const newer = [...ofCeph].filter((it) => it > release)
  if (running.length < 2 || others.size !== 1 || newer.length === 0) return undefined
  const message = `Ceph stayed on ${newer.join(', ')} when the rest was taken back to ${release}: set ceph_tag: "${cephTag(observed) ?? newer[0] ?? ''}" in globals.yml, so that it stays there`
  return { severity: 'error', message }
}

/** A tag of Ceph's own that is of another release than what runs: only an upgrade goes from one to the other. */
export function otherCeph(
  { ceph_tag: wanted }: Globals,
  observed: readonly ObservedHost[],
): Finding | undefined {
  const runs = cephTag(observed)
  const [from, to] = [runs, wanted].map((tag) => /^\d{4}\.[12]/.exec(tag ?? '')?.[0])
  if (from === undefined || to === undefined || from === to) return undefined
  const message = `Ceph runs images of ${from} and ceph_tag is ${wanted}: deploy changes no release: set it to ${runs ?? from}, or leave it out and go there with \`kolla-temporal upgrade\``
  return { severity: 'error', message }
}
