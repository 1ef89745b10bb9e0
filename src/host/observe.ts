import { finishedOsds } from '../plan/ceph/osds.js'
import { RemoteTimeout } from '../ssh/errors.js'
import type { Remote } from '../ssh/remote.js'
import type { HostFacts, ObservedHost } from '../model/observed-host.js'
import { digestFolders } from './observe/folders.js'
import { parseContainers, parseEngine, parseImages, parseVolumes } from './observe/docker.js'
import { factsOf } from './observe/fact.js'
import { parseDatabase } from './observe/database.js'
import { parseFacts } from './observe/facts.js'
import { parseHypervisor } from './observe/hypervisor.js'
import { parseListeners } from './observe/listeners.js'
import { parseCeph } from './observe/ceph.js'
import type { CephQuestions } from './observe/ceph-script.js'
import { notesFolder } from './notes.js'
import { whatHangs } from './observe/hanging.js'
import { parseOneShotNotes } from './observe/one-shots.js'
import {
  factsOnlyScript,
  lookedInto,
  observationScript,
  sectionOf,
  splitSections,
} from './observe/script.js'
import type { SectionName, Sections } from './observe/script.js'

export interface ObserveOptions {
  /** Containers of the catalogue, and their folders below `/etc/kolla`. May end with `*`. */
  readonly containers: readonly string[]
  readonly folders: readonly string[]
  /** Whether the host's images are told: on one that builds them Docker takes long to list them. */
  readonly images: boolean
  /** Key of `configurationDigest`. */
  readonly digestKey: string
  /** Of the database. */
  readonly galeraVolume: string
  /** What to tell of Ceph; nothing by default. */
  readonly ceph?: CephQuestions
  /** `/etc/kolla` by default. */
  readonly root?: string
  /** `notesFolder` by default. */
  readonly notes?: string
  readonly signal?: AbortSignal
}

/** How long a host may take to tell, in milliseconds; it takes a second or two. */
const PATIENCE = 45_000

/**
 * What a host shows, in one SSH round trip. A bare host without Docker is fine.
 *
 * @throws RemoteTimeout with what did not answer; RemoteError; FactRefused
 */
export async function observeHost(remote: Remote, options: ObserveOptions): Promise<ObservedHost> {
  const { folders, images, galeraVolume, ceph, signal } = options
  const { root = '/etc/kolla', notes = notesFolder } = options
  const script = observationScript({ folders, images, root, notes, galeraVolume, ceph: ceph ?? {} })
  const stdout = await ask(remote, script, signal)
  return factsOf(remote.host, () => observedFrom(remote.host, splitSections(stdout), options))
}

/** What a host is, where nothing else is known of it yet. @throws as `observeHost` */
export async function observeFacts(remote: Remote): Promise<HostFacts> {
  const stdout = await ask(remote, factsOnlyScript)
  return factsOf(remote.host, () => parseFacts(remote.host, splitSections(stdout)))
}

function observedFrom(
  host: string,
  section: Sections,
  { containers: names, digestKey, galeraVolume, ceph }: ObserveOptions,
): ObservedHost {
  const images = parseImages(section('images'))
  const containers = parseContainers(section('containers'), images)
  const docker = parseEngine(section('docker'))
  const { galera, database } = parseDatabase(section('database'))
  const volumes = parseVolumes(section('volumes'))
  const mounted = Object.entries(volumes.mounted).filter(([name]) =>
    lookedInto(galeraVolume).includes(name),
  )
  const seen = ceph && parseCeph(section)
  return {
    facts: {
      ...parseFacts(host, section),
      ...(seen && { osds: finishedOsds(seen, ceph.fsid) }),
    },
    containers: containers.filter(
      ({ name, labels }) => 'kolla_temporal.cloud' in labels || matches(names, name),
    ),
    images: images.byReference,
    volumes: volumes.names,
    listeners: parseListeners(section('listeners'), section('processes'), containers),
    configuration: digestFolders(digestKey, section('files'), section('digests')),
    hypervisor: parseHypervisor(section('hypervisor')),
    oneShots: parseOneShotNotes(section('one-shots')),
    ...(docker && { docker, database }),
    ...(mounted.length > 0 && { mounted: Object.fromEntries(mounted) }),
    ...(galera && { galera: { view: database.view } }),
    ...(seen && { ceph: seen }),
    drained: section('drained'),
  }
}

async function ask(remote: Remote, script: string, signal?: AbortSignal): Promise<string> {
  let last: SectionName | undefined
  try {
    const { stdout } = await remote.runOrFail(script, {
      title: 'observe the host',
      timeoutMs: PATIENCE,
      ...(signal && { signal }),
      onOutput: (line) => {
        last = sectionOf(line) ?? last
      },
    })
    return stdout
  } catch (error) {
    if (!(error instanceof RemoteTimeout)) throw error
    throw new RemoteTimeout(remote.host, error.command, PATIENCE, [whatHangs(last)])
  }
}

/** A name that ends with `*` stands for all that begin so. */
function matches(names: readonly string[], name: string): boolean {
  return names.some((it) => (it.endsWith('*') ? name.startsWith(it.slice(0, -1)) : it === name))
}
