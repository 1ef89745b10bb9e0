import { CloudContexts } from '../../activities/cloud-context.js'
import type { CloudContext } from '../../activities/cloud-context.js'
import type { Adapters } from '../../activities/adapters.js'
import { wantedOneShots } from '../../activities/one-shots.js'
import { wantedNetworking } from '../../activities/openvswitch.js'
import { Secrets } from '../../activities/redact.js'
import { folderOf } from '../../src/catalog/container.js'
import type { Container } from '../../src/catalog/container.js'
import { imageRef } from '../../src/catalog/image.js'
import { servicesOn } from '../../src/catalog/render.js'
import type { HostFacts } from '../../src/model/observed-host.js'
import { labelsOf } from '../../src/plan/desired.js'
import { fileState } from '../../src/plan/digest.js'
import type { WantedOneShots } from '../../src/plan/one-shots.js'
import { readCloudFiles } from '../../src/state/cloud-files.js'
import { CLOUD, CLUSTER, factsOf } from './cloud.js'
import { digestOf } from './registry.js'

/** Host → what the script that observes it prints, where the cloud runs as its files describe it. */
export async function observationsOf(stateDirectory: string): Promise<Map<string, string>> {
  const cloud = await deployedCloud(stateDirectory)
  const oneShots = [...wantedOneShots(cloud), ...wantedNetworking(cloud)]
  return new Map(
    cloud.found.hosts.map((facts) => {
      const own = oneShots.filter(({ host }) => host === facts.name)
      return [facts.name, observationOf(cloud, facts, own)]
    }),
  )
}

async function deployedCloud(stateDirectory: string): Promise<CloudContext> {
  const contexts = new CloudContexts({ stateDirectory, secrets: new Secrets() } as Adapters)
  const files = await readCloudFiles(CLOUD, await contexts.locate(CLOUD))
  const kept = await contexts.snapshots(CLOUD).keepFiles(files)
  const opened = await contexts.get({ cloud: CLOUD, files: kept })
  const hosts = opened.cloud.hosts.map(({ name }, index) => factsOf(name, index))
  const named = opened.with({ hosts, images: {} })
  const refs = hosts.flatMap(({ name }) => imagesOn(named, name))
  const images = Object.fromEntries(refs.map((ref) => [ref, digestOf(ref)]))
  return opened.with({ hosts, images })
}

function imagesOn(cloud: CloudContext, host: string): string[] {
  const { globals } = cloud.host(host)
  const early = servicesOn(cloud.cloud, host).flatMap(({ name: service, images = [] }) =>
    images.map((image) => ({ image, service })),
  )
  return [...new Set([...cloud.containers(host), ...early].map((it) => imageRef(globals, it)))]
}

/** The sections of src/host/observe/script.ts. */
function observationOf(
  cloud: CloudContext,
  { name, hostname, interfaces, cpus, memoryBytes }: HostFacts,
  oneShots: readonly WantedOneShots[],
): string {
  const containers = cloud.containers(name)
  const folders = containers.map((container) => filesOf(container))
  const isMember = cloud.members('mariadb').includes(name)
  const sections: Readonly<Record<string, readonly string[]>> = {
    'os-release': ['ID=debian', 'VERSION_ID="13"'],
    hostname: [hostname],
    cpus: [String(cpus)],
    memory: [String(memoryBytes / 1024)],
    interfaces: [JSON.stringify(Object.entries(interfaces).map(interfaceOf))],
    'default-route': ['[]'],
    openvswitch: ['kernel'],
    hypervisor: ['kvm', 'processor'],
    files: folders.flatMap(({ files }) => files),
    digests: folders.flatMap(({ digests }) => digests),
    'one-shots': oneShots.flatMap(({ service, digests }) =>
      Object.entries(digests).map(([kind, digest]) => `${service}/${kind} ${digest}`),
    ),
    engine: [],
    docker: ['28.5.1', '/var/lib/docker', String(2 ** 40)],
    containers: [
      JSON.stringify(containers.map((container, index) => listed(cloud, name, container, index))),
    ],
    images: [JSON.stringify(imagesOn(cloud, name).map(listedImage))],
    volumes: [JSON.stringify({ Volumes: isMember ? [{ Name: 'mariadb', Driver: 'local' }] : [] })],
    database: isMember ? [...database, `cluster=${CLUSTER}`] : ['data=none'],
  }
  return Object.entries(sections)
    .flatMap(([section, lines]) => [`@@ ${section}`, ...lines, ''])
    .join('\n')
}

/** Of a Galera cluster that serves. */
const database = ['data=complete', 'view=known', 'galera=yes', 'seqno=-1']

function interfaceOf([ifname, addresses]: [string, readonly string[]]) {
  const addr_info = addresses.map((address) => {
    const [local, prefix] = address.split('/')
    return { family: 'inet', local, prefixlen: Number(prefix) }
  })
  return { ifname, addr_info }
}

function filesOf(container: Container) {
  const folder = folderOf(container)
  const states = container.files.map(fileState)
  return {
    files: [
      `d 700 0:0 ${folder}`,
      ...states.map(({ path, mode }) => `f ${mode.toString(8)} 0:0 ${folder}/${path}`),
    ],
    digests: states.map(({ path, sha256 }) => `${sha256}  ${folder}/${path}`),
  }
}

/** An image's id is another digest than that by which a registry knows it. */
const idOf = (ref: string) => digestOf(`${ref}/id`)

function listedImage(ref: string) {
  const repository = ref.replace(/:[^:/]+$/, '')
  return { Id: idOf(ref), RepoTags: [ref], RepoDigests: [`${repository}@${digestOf(ref)}`] }
}

/** A container as Docker's API lists it. */
function listed(cloud: CloudContext, host: string, container: Container, index: number) {
  const desired = cloud.desired(host, container)
  return {
    Id: digestOf(`${host}/${index}`).replace('sha256:', ''),
    Names: [`/${container.name}`],
    State: 'running',
    Image: desired.image.ref,
    ImageID: idOf(desired.image.ref),
    Labels: labelsOf(CLOUD, desired),
  }
}
