import { hostname } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { ApplicationFailure } from '@temporalio/common'
import { folderOf } from '../src/catalog/container.js'
import type { Container } from '../src/catalog/container.js'
import { byDigest, imageRef } from '../src/catalog/image.js'
import { contextOf } from '../src/catalog/host-view.js'
import { interruptsOf } from '../src/catalog/index.js'
import { groupOf, probesOf, renderHost, servicesOn } from '../src/catalog/render.js'
import type { Context, Probe } from '../src/catalog/service.js'
import { dockerEngine } from '../src/docker/engine.js'
import type { Engine } from '../src/docker/engine.js'
import { amongHosts } from '../src/model/among-hosts.js'
import type { HostFacts, ObservedHost } from '../src/model/observed-host.js'
import type { Cloud, CloudFiles, Host } from '../src/model/cloud.js'
import { loginSecrets } from '../src/model/login/login-secrets.js'
import { password } from '../src/model/passwords.js'
import { readCloud } from '../src/model/read-cloud.js'
import { secretsOf, secretsOfPasswords } from '../src/model/secrets-of.js'
import type { DesiredContainer } from '../src/plan/desired.js'
import {
  configurationDigest,
  definitionDigest,
  fileState,
  keyedDigest,
} from '../src/plan/digest.js'
import type { Hold } from '../src/host/fence.js'
import type { Remote } from '../src/ssh/remote.js'
import { BuiltImages } from '../src/state/built-images.js'
import { configdirOf } from '../src/state/cloud-files.js'
import { namesOfDirectory, readClouds } from '../src/state/clouds.js'
import type { CloudLocation } from '../src/state/clouds.js'
import { ReleaseRecords } from '../src/state/release-records.js'
import { readStateId } from '../src/state/state-id.js'
import { Snapshots } from '../src/state/snapshots.js'
import type { Found } from '../src/state/snapshots.js'
import { RememberedTimes } from '../src/state/step-times.js'
import type { PassingFailureType } from '../workflows/operations.js'
import type { Adapters } from './adapters.js'
import { Fences } from './fences.js'

/** How payloads name what an operation works from: the cloud, and digests of its files and of what was found. */
export interface CloudRef {
  readonly cloud: string
  readonly files: string
  readonly found?: string
  /** Id of the state directory that they lie in: no other worker can do anything with them. */
  readonly home?: string
  /** What the run got the cloud's lock with; a run that only looks has none. */
  readonly hold?: Hold
}

/** How payloads name a host as it was observed: a digest, too, for what was seen of many disks and containers is large. */
export interface Observation {
  readonly host: string
  readonly digest: string
  /** How many containers run there, of this cloud or with a name of Kolla's. */
  readonly running: number
}

/** How many operations' worth of parsed and rendered files a worker keeps in memory. */
const CACHED = 4

/** Finds the files, facts, hosts and rendered containers that a reference stands for. */
export class CloudContexts {
  readonly #contexts = new Map<string, Promise<CloudContext>>()
  readonly #fences: Fences

  constructor(private readonly adapters: Adapters) {
    this.#fences = new Fences(adapters)
  }

  /** Where a cloud's files are now; an operation that has begun stays with those that it began with. @throws ApplicationFailure `BadInput` for a cloud that nobody registered */
  async locate(name: string): Promise<CloudLocation> {
    const clouds = await readClouds(this.adapters.stateDirectory)
    const location = clouds[name]
    if (location) {
      const names = await namesOfDirectory(this.adapters.stateDirectory, location.configdir)
      if (names.length < 2) return location
      throw ApplicationFailure.nonRetryable(
        `${location.configdir} is registered as ${names.join(' and as ')}: one directory is one cloud; take the names that its containers don't carry out of ${join(this.adapters.stateDirectory, 'clouds.yml')}`,
        'BadInput',
      )
    }
    const known = Object.keys(clouds).join(', ') || 'none'
    throw ApplicationFailure.nonRetryable(
      `the worker knows no cloud ${name} (it knows: ${known}): run any verb with -i, --configdir and --cloud ${name} on the worker's machine`,
      'BadInput',
    )
  }

  records(name: string): ReleaseRecords {
    return new ReleaseRecords(this.adapters.stateDirectory, name)
  }

  times(name: string): RememberedTimes {
    return new RememberedTimes(this.adapters.stateDirectory, name)
  }

  builtImages(): BuiltImages {
    return new BuiltImages(this.adapters.stateDirectory)
  }

  snapshots(name: string): Snapshots {
    return new Snapshots(this.adapters.stateDirectory, name)
  }

  /** The hosts that were observed, in that order. */
  async observed(name: string, seen: readonly Observation[]): Promise<ObservedHost[]> {
    const snapshots = this.snapshots(name)
    return Promise.all(seen.map(({ host, digest }) => snapshots.observed(host, digest)))
  }

  /** Id of this worker's state directory. */
  async home(): Promise<string> {
    return readStateId(this.adapters.stateDirectory)
  }

  /** @throws ApplicationFailure `WrongWorker` where the run began with another state directory; another worker may take it */
  async get({ hold, ...ref }: CloudRef): Promise<CloudContext> {
    if (ref.home !== undefined && ref.home !== (await this.home())) {
      throw wrongWorker(this.adapters.stateDirectory)
    }
    const context = await this.#cached(ref)
    if (!hold) return context
    await this.snapshots(ref.cloud).hold(hold.lock, ref)
    return context.behind({
      lock: hold.lock,
      remote: (remote) => this.#fences.fenced(remote, ref.cloud, hold),
    })
  }

  /** For a run that only looks. @throws HostTaken where a host is another cloud's */
  async checkOwner(ref: CloudRef, host: string, signal: AbortSignal): Promise<void> {
    const cloud = await this.get(ref)
    if (ref.hold || cloud.isShared(host)) return
    await this.#fences.checkOwner(cloud.remote(host), ref.cloud, signal)
  }

  async #cached(ref: CloudRef): Promise<CloudContext> {
    const key = JSON.stringify(ref)
    const known = this.#contexts.get(key)
    if (known) return known
    const context = this.#load(ref)
    this.#contexts.set(key, context)
    context.catch(() => this.#contexts.delete(key))
    const [oldest] = this.#contexts.keys()
    if (this.#contexts.size > CACHED && oldest) this.#contexts.delete(oldest)
    return context
  }

  async #load(ref: CloudRef): Promise<CloudContext> {
    const snapshots = this.snapshots(ref.cloud)
    const [files, found, digestKey] = await Promise.all([
      snapshots.files(ref.files),
      ref.found === undefined ? nothingFound : snapshots.found(ref.found),
      snapshots.digestKey(),
    ])
    this.adapters.secrets.add(secretsOf(files))
    await sleep(0) // heartbeats and words to the guards that have become due go out in between
    const cloud = parsed(files)
    // Of a record, hosts may be gone since.
    const left = found.containers ? amongHosts(cloud, namesOf(found)) : cloud
    return new CloudContext(this.adapters, configdirOf(files), left, found, digestKey)
  }
}

const namesOf = ({ hosts }: Found) => hosts.map(({ name }) => name)

function wrongWorker(stateDirectory: string): ApplicationFailure {
  const type: PassingFailureType = 'WrongWorker'
  return ApplicationFailure.create({
    type,
    message: `the worker on ${hostname()} has another state directory (${stateDirectory}) than the one that this operation began with, and is not to work on its cloud: stop that worker (kolla-temporal server stop), or give it the same state directory`,
  })
}

const nothingFound: Found = { hosts: [], images: {} }

function parsed(files: CloudFiles): Cloud {
  const { cloud, findings } = readCloud(files)
  if (cloud) return cloud
  throw ApplicationFailure.nonRetryable(
    'the files of the cloud can not be read',
    'BadInput',
    findings,
  )
}

/** What hosts become for a run that may change them. */
interface Fence {
  /** Run id of its lock; a run that only looks has none. */
  readonly lock?: string
  remote(remote: Remote): Remote
}

const noFence: Fence = { remote: (remote) => remote }

/** One cloud as one operation sees it. */
export class CloudContext {
  readonly #rendered: Map<string, readonly Container[]>

  constructor(
    private readonly adapters: Adapters,
    /** Where the operator's files are: what goes beside them, is read there. */
    readonly configdir: string,
    readonly cloud: Cloud,
    readonly found: Found,
    readonly digestKey: string,
    private readonly fence = noFence,
    rendered = new Map<string, readonly Container[]>(),
  ) {
    this.#rendered = rendered
    adapters.secrets.add(secretsOfPasswords(cloud.passwords))
    adapters.secrets.add(loginSecrets(cloud.hosts))
  }

  /** The same cloud, knowing what was found. */
  with(found: Found): CloudContext {
    const { adapters, configdir, cloud, digestKey, fence } = this
    return new CloudContext(adapters, configdir, cloud, found, digestKey, fence)
  }

  /** The same cloud for a run that holds it. */
  behind(fence: Fence): CloudContext {
    const { adapters, configdir, cloud, found, digestKey } = this
    return new CloudContext(
      ...([adapters, configdir, cloud, found, digestKey] as const),
      fence,
      this.#rendered,
    )
  }

  /** Run id of the lock of the run that holds it, if one does. */
  get lock(): string | undefined {
    return this.fence.lock
  }

  host(name: string): Host {
    const host = this.cloud.hosts.find((candidate) => candidate.name === name)
    if (host) return host
    throw ApplicationFailure.nonRetryable(`${name} is not in the inventory`, 'BadInput')
  }

  facts(name: string): HostFacts {
    const facts = this.found.hosts.find((candidate) => candidate.name === name)
    if (facts) return facts
    throw ApplicationFailure.nonRetryable(`${name} has not been observed`, 'BadInput')
  }

  /** A host, where the run may work on it: every script looks whether it still is the run's. */
  remote(name: string): Remote {
    const remote = this.sharedRemote(name)
    return this.isShared(name) ? remote : this.fence.remote(remote)
  }

  /** A host that only builds and serves images is nobody's: clouds may share it. */
  isShared(name: string): boolean {
    const builds = (this.cloud.groups.get('registry') ?? []).includes(name)
    return builds && servicesOn(this.cloud, name).length === 0
  }

  /** As `remote`, for what clouds may do side by side. */
  sharedRemote(name: string): Remote {
    return this.adapters.ssh.remote({
      host: name,
      connection: this.host(name).connection,
      knownHostsFile: join(this.configdir, 'known_hosts'),
    })
  }

  engine(name: string): Engine {
    return dockerEngine(this.remote(name))
  }

  /** What the catalogue, or a release record, wants on a host. */
  containers(host: string): readonly Container[] {
    const recorded = this.found.containers
    if (recorded) return Object.hasOwn(recorded, host) ? (recorded[host] ?? []) : []
    const rendered = this.#rendered.get(host) ?? renderHost(this.cloud, this.found.hosts, host)
    this.#rendered.set(host, rendered)
    return rendered
  }

  container(host: string, name: string): Container {
    const found = this.containers(host).find((container) => container.name === name)
    if (found) return found
    throw ApplicationFailure.nonRetryable(`${name} does not belong on ${host}`, 'BadInput')
  }

  /** A container by what tells it from others: image, configuration, definition. */
  desired(host: string, container: Container): DesiredContainer {
    const described = this.host(host)
    const { globals } = described
    const ref = imageRef(globals, container)
    const digest = this.found.images[ref] ?? ''
    const interruption = interruptsOf(container.name)?.({ ...described, facts: this.facts(host) })
    return {
      name: container.name,
      folder: folderOf(container),
      service: container.service,
      release: globals.openstack_release,
      // A tag may have moved on since a record was taken.
      image: { ref: this.found.containers ? byDigest(ref, digest) : ref, digest },
      configuration: configurationDigest(this.digestKey, container.files.map(fileState)),
      definition: definitionDigest(container),
      ...(interruption !== undefined && { interruption }),
      ...(container.accounts !== undefined && {
        accounts: keyedDigest(this.digestKey, container.accounts),
      }),
      ...(container.peerPassword !== undefined && {
        peerPassword: {
          name: container.peerPassword,
          digest: keyedDigest(
            this.digestKey,
            password(this.cloud.passwords, container.peerPassword),
          ),
        },
      }),
    }
  }

  /** A host, and the cloud around it, as the catalogue renders for it. */
  context(host: string): Context {
    return contextOf(this.cloud, this.found.hosts, host)
  }

  /** What proves that a service works on a host, or one of its containers alone. */
  probes(host: string, service: string, container?: string): readonly Probe[] {
    return probesOf(this.cloud, this.found.hosts, host, service, container)
  }

  /** Hosts of a group, in the inventory's order; nobody where its services are not enabled. */
  members(group: string): readonly string[] {
    return groupOf(this.cloud, group)
  }
}
