import type { Cloud } from '../model/cloud.js'
import type { Finding } from '../model/finding.js'
import { kollaKeys } from '../model/kolla/names.js'
import { yesNo } from '../model/setting.js'

/** What of kolla-ansible's `enable_…` is ours, or no service but a way to do things. */
const deployed: ReadonlySet<string> = new Set([
  'ceph_rgw',
  'cells',
  'cluster_user_trust',
  'container_healthchecks',
  'destroy_images',
  'external_api_firewalld',
  'external_mariadb_load_balancer',
  'haproxy',
  'keepalived',
  'keystone',
  'loadbalancer',
  'mariabackup',
  'mariadb',
  'memcached',
  'openstack_core',
  'osprofiler',
  'rabbitmq',
  'shared_var_lib_nova_mnt',
])

const enabling = 'enable_'
const names = [...kollaKeys]
  .filter((key) => key.startsWith(enabling))
  .map((key) => key.slice(enabling.length))

/** What kolla-ansible deploys and we do not. `cinder_backend_lvm` is a part of `cinder`, which is named for it. */
const undeployed = names.filter(
  (name) => !deployed.has(name) && !names.some((other) => name.startsWith(`${other}_`)),
)

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
