import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { testFiles } from '../../src/catalog/testing/cloud.js'
import { whole } from '../../src/catalog/testing/whole.js'
import type { HostFacts } from '../../src/model/observed-host.js'
import { hostPattern } from '../../src/ssh/known-hosts.js'
import type { HostKey } from '../../src/ssh/known-hosts.js'
import { registerCloud } from '../../src/state/clouds.js'

/** Name of the cloud that the bench makes. */
export const CLOUD = 'scale'

/** The release that it runs, and the one that it is taken to. */
export const [OLD_RELEASE, NEW_RELEASE] = ['2025.2', '2026.1'] as const

/** The history of its database, as Galera names it. */
export const CLUSTER = '6d9d1d5c-c8aa-11f0-9d2c-3a8f5e1b7c40'

/** Where simulated hosts and their registry listen, and who gets in. */
export interface Simulation {
  /** The same on every host's address. */
  readonly sshPort: number
  readonly registryPort: number
  /** The key that every host shows. */
  readonly hostKey: HostKey
  /** The one that every host lets in, as OpenSSH writes it. */
  readonly privateKey: string
}

/** Three hosts of the control plane, and then compute hosts alone. */
export function hostNames(computes: number): string[] {
  const numbers = (count: number) => Array.from({ length: count }, (_, index) => index + 1)
  return [
    ...numbers(3).map((number) => `control${number}`),
    ...numbers(computes).map((number) => `compute${String(number).padStart(4, '0')}`),
  ]
}

/** Where a simulated host is reached: the whole of 127.0.0.0/8 is this machine's. */
export function addressOf(index: number): string {
  return `127.20.${Math.floor(index / 200)}.${(index % 200) + 10}`
}

/** What a simulated host is: a large one with three network interfaces. */
export function factsOf(name: string, index: number): HostFacts {
  const address = (network: number) =>
    `10.${network}.${Math.floor(index / 200)}.${(index % 200) + 10}/16`
  return {
    name,
    hostname: name,
    interfaces: { lo: ['127.0.0.1/8'], eth0: [address(20)], eth1: [address(21)], eth2: [] },
    os: { family: 'debian', id: 'debian', version: '13' },
    cpus: 64,
    memoryBytes: 256 * 2 ** 30,
    ovsDatapath: 'system',
  }
}

/**
 * Writes the files of a cloud with so many compute hosts, as an operator would, and registers it. Without Ceph, whose
 * daemons are replaced one by one on the hosts of the storage.
 */
export async function writeCloud(
  stateDirectory: string,
  computes: number,
  { sshPort, registryPort, hostKey, privateKey }: Simulation,
): Promise<void> {
  const configdir = join(stateDirectory, 'files')
  await mkdir(configdir, { recursive: true })
  const { globals, passwords } = testFiles({
    globals: {
      ...whole,
      enable_ceph: false,
      enable_ceph_rgw: false,
      enable_cinder: false,
      openstack_release: OLD_RELEASE,
      kolla_internal_vip_address: '10.20.255.254',
      docker_registry: `127.0.0.1:${registryPort}`,
      docker_registry_insecure: true,
      neutron_external_interface: 'eth2',
    },
  })
  const names = hostNames(computes)
  const key = `${hostKey.type} ${hostKey.blob.toString('base64')}`
  const known = names.map((_, index) => `${hostPattern(addressOf(index), sshPort)} ${key}\n`)
  await writeFile(join(configdir, 'id'), privateKey, { mode: 0o600 })
  await writeFile(join(configdir, 'multinode'), inventoryOf(names, sshPort))
  await writeFile(join(configdir, globals.path), globals.text)
  await writeFile(join(configdir, passwords.path), passwords.text, { mode: 0o600 })
  await writeFile(join(configdir, 'known_hosts'), known.join(''))
  await registerCloud(stateDirectory, CLOUD, { configdir, inventory: join(configdir, 'multinode') })
}

function inventoryOf(names: readonly string[], sshPort: number): string {
  const hosts = names.map((name, index) => `${name} ansible_host=${addressOf(index)}`)
  return [
    ...['[control]', ...hosts.slice(0, 3), '[compute]', ...hosts.slice(3)],
    ...['[network:children]', 'control', '[monitoring:children]', 'control'],
    ...['[storage:children]', 'control'],
    ...['[all:vars]', `ansible_port=${sshPort}`, 'ansible_ssh_private_key_file=id', ''],
  ].join('\n')
}
