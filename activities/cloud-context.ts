import { join } from 'node:path'
import { ApplicationFailure } from '@temporalio/common'
import { renderHost } from '../src/catalog/index.js'
import type { Container } from '../src/catalog/container.js'
import { Engine } from '../src/docker/engine.js'
import type { HostFacts } from '../src/host/facts.js'
import type { Cloud, CloudFiles, Host } from '../src/model/cloud.js'
import { readCloud } from '../src/model/read-cloud.js'
import type { Remote } from '../src/ssh/remote.js'
import { readClouds } from '../src/state/clouds.js'
import type { CloudLocation } from '../src/state/clouds.js'
import { Snapshots } from '../src/state/snapshots.js'
import type { Adapters } from './adapters.js'

/** How payloads name what an operation works from: the cloud and the digests of its files and of its hosts' facts. */
export interface CloudRef {
  readonly cloud: string
  readonly files: string
  readonly facts?: string
}

/** How many operations' worth of parsed and rendered files a worker keeps in memory. */
const CACHED = 4

/** Finds the files, facts, hosts and rendered containers that a reference stands for. */
export class CloudContexts {
  readonly #contexts = new Map<string, Promise<CloudContext>>()

  constructor(private readonly adapters: Adapters) {}

  /** Where a cloud's files are. @throws ApplicationFailure `BadInput` for a cloud that nobody registered */
  async locate(name: string): Promise<CloudLocation> {
    const clouds = await readClouds(this.adapters.stateDirectory)
    const location = clouds[name]
    if (location) return location
    const known = Object.keys(clouds).join(', ') || 'none'
    throw ApplicationFailure.nonRetryable(
      `the worker knows no cloud ${name} (known: ${known}): run \`kolla-temporal -i INVENTORY --configdir DIR --cloud ${name} prechecks\` where it runs`,
      'BadInput',
    )
  }

  snapshots(name: string): Snapshots {
    return new Snapshots(this.adapters.stateDirectory, name)
  }

  async get(ref: CloudRef): Promise<CloudContext> {
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
    const [location, files, facts, digestKey] = await Promise.all([
      this.locate(ref.cloud),
      snapshots.files(ref.files),
      ref.facts === undefined ? [] : snapshots.facts(ref.facts),
      snapshots.digestKey(),
    ])
    return new CloudContext(this.adapters, location, parsed(files), facts, digestKey)
  }
}

function parsed(files: CloudFiles): Cloud {
  const { cloud, findings } = readCloud(files)
  if (cloud) return cloud
  throw ApplicationFailure.nonRetryable('the files of the cloud can not be read', 'BadInput', findings)
}

/** One cloud as one operation sees it. */
export class CloudContext {
  readonly #rendered = new Map<string, readonly Container[]>()

  constructor(
    private readonly adapters: Adapters,
    readonly location: CloudLocation,
    readonly cloud: Cloud,
    readonly facts: readonly HostFacts[],
    readonly digestKey: string,
  ) {
    adapters.secrets.add(cloud.passwords)
  }

  get knownHostsFile(): string {
    return join(this.location.configdir, 'known_hosts')
  }

  host(name: string): Host {
    const host = this.cloud.hosts.find((candidate) => candidate.name === name)
    if (host) return host
    throw ApplicationFailure.nonRetryable(`${name} is not in the inventory`, 'BadInput')
  }

  factsOf(name: string): HostFacts {
    const facts = this.facts.find((candidate) => candidate.name === name)
    if (facts) return facts
    throw ApplicationFailure.nonRetryable(`${name} has not been observed`, 'BadInput')
  }

  remote(name: string): Remote {
    const { knownHostsFile } = this
    return this.adapters.ssh.remote({
      host: name,
      connection: this.host(name).connection,
      knownHostsFile,
    })
  }

  engine(name: string): Engine {
    return new Engine(this.remote(name))
  }

  /** What the catalogue wants on a host. */
  containers(host: string): readonly Container[] {
    const rendered =
      this.#rendered.get(host) ?? renderHost(this.cloud, this.facts, host)
    this.#rendered.set(host, rendered)
    return rendered
  }

  container(host: string, name: string): Container {
    const found = this.containers(host).find((container) => container.name === name)
    if (found) return found
    throw ApplicationFailure.nonRetryable(`${name} does not belong on ${host}`, 'BadInput')
  }

  /** Hosts of a group, in the inventory's order. */
  members(group: string): readonly string[] {
    return this.cloud.groups.get(group) ?? []
  }
}
