import { finishedOsds } from '../plan/ceph/osds.js'
import { RemoteTimeout } from '../ssh/errors.js'
import type { Remote } from '../ssh/remote.js'
import type { ObservedHost } from '../model/observed-host.js'
import { digestFolders } from './observe/folders.js'
import { parseContainers, parseImages, parseMounted } from './observe/docker.js'
import { parseDatabase } from './observe/database.js'
import { parseFacts } from './observe/facts.js'
import { parseListeners } from './observe/listeners.js'
import { parseCeph } from './observe/ceph.js'
import type { CephQuestions } from './observe/ceph-script.js'
import { whatHangs } from './observe/hanging.js'
import { observationScript, sectionOf, splitSections } from './observe/script.js'
import type { SectionName } from './observe/script.js'

export interface ObserveOptions {
  /** Containers of the catalogue: they and their folders below `/etc/kolla` are of interest. May end with `*`. */
  readonly containers: readonly string[]
  /** Key of `configurationDigest`. */
  readonly digestKey: string
  /** Of the database. */
  readonly galeraVolume: string
  /** What to tell of Ceph; nothing by default. */
  readonly ceph?: CephQuestions
  /** `/etc/kolla` by default. */
  readonly root?: string
  readonly signal?: AbortSignal
}

/** How long a host may take to tell, in milliseconds; it takes a second or two. */
const PATIENCE = 45_000

/**
 * What a host shows, in one SSH round trip. A bare host without Docker is fine.
 *
 * @throws RemoteTimeout with what did not answer; RemoteError
 */
export async function observeHost(remote: Remote, options: ObserveOptions): Promise<ObservedHost> {
  const { containers: names, digestKey, galeraVolume, ceph, root = '/etc/kolla', signal } = options
  const script = observationScript({ names, root, galeraVolume, ceph: ceph ?? {} })
  const stdout = await ask(remote, script, signal)
  const section = splitSections(stdout)
  const images = parseImages(section('images'))
  const containers = parseContainers(section('containers'), images)
  const [version, dockerRoot, freeBytes] = section('docker')
  const { galera, database } = parseDatabase(section('database'))
  const mounted = parseMounted(section('mounted'))
  const seen = ceph && parseCeph(section)
  return {
    facts: {
      ...parseFacts(remote.host, section),
      ...(seen && { osds: finishedOsds(seen, ceph.fsid) }),
    },
    containers: containers.filter(
      ({ name, labels }) => 'kolla_temporal.cloud' in labels || matches(names, name),
    ),
    images: images.byReference,
    volumes: section('volumes'),
    listeners: parseListeners(section('listeners'), section('processes'), containers),
    configuration: digestFolders(digestKey, section('files'), section('digests')),
    ...(version !== undefined &&
      dockerRoot !== undefined && {
        docker: { version, root: dockerRoot, freeBytes: Number(freeBytes) },
      }),
    ...(Object.keys(mounted).length > 0 && { mounted }),
    ...(galera && { galera: { view: database.view } }),
    ...(version !== undefined && { database }),
    ...(seen && { ceph: seen }),
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
