import type { Value } from '../model/jinja/render.js'
import { findAddress, ownAddress, shortHostname } from './host-view.js'
import type { HostView } from './host-view.js'

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

/**
 * What was found of a host, by the names that kolla-ansible's templates use: `api_interface_address`, `ansible_facts`, and
 * each fact as `ansible_<fact>` too. A fact that we do not know is not there, so that Jinja which needs it is refused.
 */
export function foundVariables(view: HostView): Record<string, Value> {
  const facts = ansibleFacts(view)
  const address = findAddress(view)
  return {
    ...Object.fromEntries(Object.entries(facts).map(([name, fact]) => [`ansible_${name}`, fact])),
    ansible_facts: facts,
    ...(address !== undefined && { api_interface_address: address }),
  }
}

function ansibleFacts(view: HostView): Record<string, Value> {
  const { hostname, interfaces, os, cpus, memoryBytes } = view.facts
  const family = families[os.family]
  const distribution = Object.hasOwn(distributions, os.id) ? distributions[os.id] : undefined
  return {
    ...Object.fromEntries(
      Object.keys(interfaces).map((name) => [name.replaceAll('-', '_'), interfaceFact(view, name)]),
    ),
    hostname: shortHostname(view),
    nodename: hostname,
    interfaces: Object.keys(interfaces),
    processor_vcpus: cpus,
    memtotal_mb: Math.floor(memoryBytes / 2 ** 20),
    ...(family !== undefined && { os_family: family }),
    ...(distribution !== undefined && {
      distribution,
      distribution_major_version: os.version.split('.')[0] ?? os.version,
    }),
  }
}

/** The address that is the host's own, as services are told it. */
function interfaceFact(view: HostView, name: string): Value {
  const address = ownAddress(view, name)
  return { device: name, ...(address !== undefined && { ipv4: { address } }) }
}

/** Of every host that has facts. */
export function foundBy(
  views: readonly HostView[],
): (host: string) => Record<string, Value> | undefined {
  const found = new Map(views.map((view) => [view.name, view]))
  return (host) => {
    const view = found.get(host)
    return view && foundVariables(view)
  }
}
