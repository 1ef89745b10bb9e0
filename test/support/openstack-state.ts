import { oneShotNotes } from '../../src/model/observed-host.js'
import type { Installation } from './installation.js'
import { onHosts } from './lab.js'
import { OpenStack } from './openstack.js'
import { containerLabels, querySql } from './outside.js'

/** What a deployment brings besides Keystone and Ceph, and the databases of each. */
const databasesOf = {
  glance: ['glance'],
  placement: ['placement'],
  cinder: ['cinder'],
  openvswitch: [],
  neutron: ['neutron'],
  nova: ['nova', 'nova_api', 'nova_cell0'],
  heat: ['heat'],
  horizon: [],
} as const satisfies Readonly<Record<string, readonly string[]>>

export type OpenStackService = keyof typeof databasesOf

const everything = Object.keys(databasesOf) as OpenStackService[]

/** Takes these services off the hosts, with their data, accounts and endpoints; all but Keystone and Ceph by default. */
export async function removeOpenStack(
  installation: Installation,
  services: readonly OpenStackService[] = everything,
): Promise<void> {
  const pattern = `^(${services.join('|')})`
  await onHosts(`set -e
docker ps --all --format '{{.Names}}' | grep -E '${pattern}' | xargs --no-run-if-empty docker rm --force --volumes
docker volume ls --quiet | grep -E '${pattern}' | xargs --no-run-if-empty docker volume rm
cd /etc/kolla
ls | grep -E '${pattern}' | xargs --no-run-if-empty rm -rf
cd ${oneShotNotes}
ls | grep -E '${pattern}' | xargs --no-run-if-empty rm -rf`)
  for (const database of services.flatMap((service) => databasesOf[service])) {
    await querySql(installation, `DROP DATABASE IF EXISTS ${database}`)
  }
  const cloud = await OpenStack.of(installation)
  const things = async (kind: string) =>
    (
      await cloud.ask<Record<string, { id: string; name: string }[]>>(
        'GET',
        'identity',
        `/v3/${kind}`,
      )
    )[kind] ?? []
  const kinds = ['services', 'users'] as const
  for (const kind of kinds) {
    const own = (await things(kind)).filter(({ name }) => new RegExp(pattern).test(name))
    for (const { id } of own) await cloud.ask('DELETE', 'identity', `/v3/${kind}/${id}`)
  }
  await forgetUsers()
}

/**
 * Keystone keeps users by their names in memcached, for ten minutes: on a busy machine one of them may have missed that a user
 * is gone, and would take the next one of that name for it.
 */
async function forgetUsers(): Promise<void> {
  await onHosts(`docker exec memcached bash -c '
exec {memcached}<>"/dev/tcp/$(hostname --ip-address)/11211"
echo flush_all >&$memcached
read -r answer <&$memcached'`)
}

/** All that tells one such deployment from another, looked at from outside. */
export async function openstackState(installation: Installation): Promise<string[]> {
  const cloud = await OpenStack.of(installation)
  const ask = (sql: string) => querySql(installation, sql)
  const there = (await ask('SHOW DATABASES')).split('\n')
  const schemas = Object.values(databasesOf)
    .flat()
    .filter((it) => it !== 'nova_cell0' && there.includes(it))
  const revisions = await Promise.all(
    schemas.map((it) => ask(`SELECT '${it}', version_num FROM ${it}.alembic_version ORDER BY 2`)),
  )
  const { endpoints } = await cloud.ask<{ endpoints: { interface: string; url: string }[] }>(
    'GET',
    'identity',
    '/v3/endpoints',
  )
  return [
    ...(await containerLabels()),
    ...revisions,
    ...endpoints.map((it) => `${it.interface} ${it.url}`).sort(),
    ...(there.includes('nova_api') ? await computes(installation, cloud) : []),
  ]
}

async function computes(installation: Installation, cloud: OpenStack): Promise<string[]> {
  const { hypervisors } = await cloud.ask<{ hypervisors: { hypervisor_hostname: string }[] }>(
    'GET',
    'compute',
    '/os-hypervisors',
  )
  return [
    await querySql(installation, 'SELECT name FROM nova_api.cell_mappings ORDER BY 1'),
    await querySql(installation, 'SELECT host FROM nova_api.host_mappings ORDER BY 1'),
    ...hypervisors.map((it) => it.hypervisor_hostname).sort(),
  ]
}
