import type { Value } from './jinja/render.js'
import type { HostFacts } from './observed-host.js'

/** Names of Ansible's for what `/etc/os-release` calls otherwise. */
const distributions: Readonly<Record<string, string>> = {
  almalinux: 'AlmaLinux',
  centos: 'CentOS',
  debian: 'Debian',
  rhel: 'RedHat',
  rocky: 'Rocky',
  ubuntu: 'Ubuntu',
}

const families = { debian: 'Debian', redhat: 'RedHat', other: undefined }

/** The address of an interface that is the host's own: none, where the interface is missing or bare. */
export type AddressOn = (interfaceName: string) => string | undefined

/**
 * What was found of a host, by Ansible's names: `ansible_facts`, and each fact as `ansible_<fact>` too. A fact that we do
 * not know is not there, so that Jinja which needs it is refused.
 */
export function ansibleVariables(facts: HostFacts, addressOn: AddressOn): Record<string, Value> {
  const all = ansibleFacts(facts, addressOn)
  return {
    ...Object.fromEntries(Object.entries(all).map(([name, fact]) => [`ansible_${name}`, fact])),
    ansible_facts: all,
  }
}

function ansibleFacts(facts: HostFacts, addressOn: AddressOn): Record<string, Value> {
  const { hostname, interfaces, defaultRoute, os, cpus, memoryBytes } = facts
  const family = families[os.family]
  const distribution = Object.hasOwn(distributions, os.id) ? distributions[os.id] : undefined
  const ofInterface = (name: string): Value => {
    const address = addressOn(name)
    return { device: name, ...(address !== undefined && { ipv4: { address } }) }
  }
  return {
    ...Object.fromEntries(
      Object.keys(interfaces).map((name) => [name.replaceAll('-', '_'), ofInterface(name)]),
    ),
    hostname: shortName(hostname),
    nodename: hostname,
    interfaces: Object.keys(interfaces),
    ...(defaultRoute && { default_ipv4: ofDefaultRoute(defaultRoute, addressOn) }),
    processor_vcpus: cpus,
    memtotal_mb: Math.floor(memoryBytes / 2 ** 20),
    ...(family !== undefined && { os_family: family }),
    ...(distribution !== undefined && {
      distribution,
      distribution_major_version: os.version.split('.')[0] ?? os.version,
    }),
  }
}

function ofDefaultRoute(
  { interface: name, gateway }: NonNullable<HostFacts['defaultRoute']>,
  addressOn: AddressOn,
): Value {
  const address = addressOn(name)
  return {
    interface: name,
    ...(address !== undefined && { address }),
    ...(gateway !== undefined && { gateway }),
  }
}

/** The name without domain, as RabbitMQ's node names and Galera's want it. */
export function shortName(hostname: string): string {
  return hostname.split('.')[0] ?? hostname
}
