import type { Cloud } from '../model/cloud.js'
import type { Finding } from '../model/finding.js'
import { keyringOf } from './ceph/client.js'
import { services } from './index.js'
import { componentsOf, prefixOf } from './service.js'
import type { Service } from './service.js'

/** Services that are enabled and lack what they work with, whatever the hosts show. */
export function checkNeeds(cloud: Cloud): Finding[] {
  return services
    .filter((service) => service.enabled(cloud.globals))
    .flatMap((service) => [
      ...missingServices(cloud, service),
      ...missingKeys(cloud, service),
      ...missingFiles(cloud, service),
      ...missingBackend(cloud, service),
      ...missingAgents(cloud, service),
      ...outsideOpenvswitch(cloud, service),
    ])
}

function missingServices({ globals }: Cloud, service: Service): Finding[] {
  if (!service.identity) return []
  const needed = [
    ['keystone', globals.enable_keystone],
    ['mariadb', !service.databases || globals.enable_mariadb],
    // Who logs in is kept there.
    ['memcached', service.name !== 'horizon' || globals.enable_memcached],
    ['openvswitch', service.name !== 'neutron' || globals.enable_openvswitch],
    ['rabbitmq', !service.passwords.includes('rabbitmq_password') || globals.enable_rabbitmq],
  ] as const
  return needed
    .filter(([, isThere]) => !isThere)
    .map(([name]) =>
      error(
        `${service.name} needs ${name}: set enable_${name}: "yes", or enable_${service.name}: "no"`,
      ),
    )
}

/** Of a Ceph that is not ours, configuration and keys are files of the operator's. */
function missingKeys({ globals, overrides }: Cloud, service: Service): Finding[] {
  if (globals.enable_ceph) return []
  const users = new Set(
    componentsOf(service, globals).flatMap(({ cephUsers }) => cephUsers?.(globals) ?? []),
  )
  if (users.size === 0) return []
  const wanted = [`${globals.ceph_cluster}.conf`, ...[...users].map(keyringOf)]
  const folder = prefixOf(service)
  const missing = wanted.filter(
    (name) =>
      !overrides.some(({ path }) => path.startsWith(`${folder}/`) && path.endsWith(`/${name}`)),
  )
  if (missing.length === 0) return []
  const files = missing.map((name) => `config/${folder}/${name}`).join(', ')
  return [
    error(
      `${service.name} keeps its data in a Ceph that is not of this cloud, and ${files} is missing: add it, set enable_ceph: "yes", or ${folder}_backend_ceph: "no"`,
    ),
  ]
}

function missingFiles({ globals, overrides }: Cloud, { neededFiles }: Service): Finding[] {
  return (neededFiles?.(globals) ?? [])
    .filter(({ path }) => !overrides.some((override) => override.path === path))
    .map(({ path, key }) =>
      error(`${key} needs config/${path}, and it is missing: add it, or set ${key}: "no"`),
    )
}

function missingBackend({ globals }: Cloud, { name }: Service): Finding[] {
  if (name !== 'cinder' || globals.cinder_backend_ceph) return []
  return [
    error(
      'cinder has no backend: set enable_ceph: "yes", or cinder_backend_ceph: "yes" with files of a Ceph of your own below config/cinder/; this version has no other',
    ),
  ]
}

/** A router, and a server of addresses, that is to survive its host needs another one. */
function missingAgents({ globals, groups }: Cloud, { name }: Service): Finding[] {
  if (name !== 'neutron' || !globals.enable_neutron_agent_ha) return []
  return ['neutron-dhcp-agent', 'neutron-l3-agent'].flatMap((group) => {
    const hosts = groups.get(group) ?? []
    if (hosts.length > 1) return []
    const list = hosts.length === 0 ? 'no host' : `only ${hosts.join(', ')}`
    return [
      error(
        `enable_neutron_agent_ha wants two hosts, and group '${group}' has ${list}: list more below [network], or set it to no`,
      ),
    ]
  })
}

/** Agents, and machines, work with the Open vSwitch of their host. */
function outsideOpenvswitch({ globals, groups }: Cloud, { name }: Service): Finding[] {
  if (name !== 'neutron') return []
  const inside = groups.get('openvswitch') ?? []
  const agents = ['neutron-dhcp-agent', 'neutron-l3-agent', 'neutron-metadata-agent']
  const served = [...(globals.enable_nova ? ['compute'] : []), ...agents]
  return served.flatMap((group) => {
    const outside = (groups.get(group) ?? []).filter((host) => !inside.includes(host))
    if (outside.length === 0) return []
    return [
      error(
        `group '${group}' has hosts without Open vSwitch (${outside.join(', ')}): list them in [openvswitch], or '${group}' in [openvswitch:children]`,
      ),
    ]
  })
}

const error = (message: string): Finding => ({ severity: 'error', file: 'globals.yml', message })
