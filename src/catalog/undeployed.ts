import type { Cloud } from '../model/cloud.js'
import type { Finding } from '../model/finding.js'
import { kollaKeys } from '../model/kolla/names.js'
import { yesNo } from '../model/setting.js'
import { services } from './index.js'

/** What of kolla-ansible's `enable_…` is no service but a part of one, or a way to do things. */
const ways = [
  'ceph_rgw',
  'cells',
  'cinder_backup',
  'cluster_user_trust',
  'container_healthchecks',
  'destroy_images',
  'external_api_firewalld',
  'external_mariadb_load_balancer',
  'horizon_heat',
  'loadbalancer',
  'mariabackup',
  'neutron_agent_ha',
  'neutron_horizon_policy_file',
  'neutron_packet_logging',
  'neutron_port_forwarding',
  'neutron_provider_networks',
  'neutron_qos',
  'neutron_segments',
  'neutron_trunk',
  'nova_fake',
  'nova_horizon_policy_file',
  'nova_libvirt_container',
  'nova_serialconsole_proxy',
  'nova_ssh',
  'nova_swtpm',
  'openstack_core',
  'osprofiler',
  'shared_var_lib_nova_mnt',
]
const deployed = new Set([...services.map(({ name }) => name), ...ways])

const enabling = 'enable_'
const names = [...kollaKeys]
  .filter((key) => key.startsWith(enabling))
  .map((key) => key.slice(enabling.length))
  .filter((name) => !deployed.has(name))

/** What kolla-ansible deploys and we do not. `octavia_jobboard` is a part of `octavia`, which is named for it. */
const undeployed = names.filter((name) => !names.some((other) => name.startsWith(`${other}_`)))

/** One warning that names every service which the operator enabled in vain, on whatever host. */
export function checkUndeployed({ globals, hosts }: Pick<Cloud, 'globals' | 'hosts'>): Finding[] {
  const scopes: Readonly<Record<string, unknown>>[] = [
    globals,
    ...hosts.map((host) => host.globals),
  ]
  const isOn = (name: string) =>
    scopes.some((scope) => yesNo.safeParse(scope[enabling + name]).data === true)
  const services = undeployed.filter(isOn)
  if (services.length === 0) return []
  const message = `this version does not deploy ${services.join(', ')}: say so with enable_…: "no" to silence this`
  return [{ severity: 'warning', file: 'globals.yml', message }]
}
