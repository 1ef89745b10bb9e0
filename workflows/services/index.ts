import { runbook } from '../../src/plan/runbook.js'
import type { PartName } from '../../src/plan/runbook.js'
import type { UpgradeStep } from '../../src/plan/upgrade-plan.js'
import type { Run } from '../run.js'
import { step } from '../steps.js'
import { cephDisks, cephManagers, cephMonitors, cephOsds, cephPools, gateways } from './ceph.js'
import { keystone } from './keystone.js'
import { loadBalancer } from './load-balancer.js'
import { mariadb } from './mariadb.js'
import { openvswitch } from './openvswitch.js'
import { novaCell } from './nova-cell.js'
import { nova } from './nova.js'
import type { Protocol } from './protocol.js'
import { rabbitmq } from './rabbitmq.js'
import { standard } from './standard.js'

/** Parts of the runbook that are not carried out in the usual way. */
const own: Partial<Record<PartName, Protocol>> = {
  loadbalancer: loadBalancer,
  mariadb,
  rabbitmq,
  keystone,
  openvswitch,
  nova,
  'nova-cell': novaCell,
  'ceph-disks': cephDisks,
  'ceph-mon': cephMonitors,
  'ceph-mgr': cephManagers,
  'ceph-osd': cephOsds,
  'ceph-pools': cephPools,
  'ceph-rgw': gateways,
}

export function protocolOf(part: PartName): Protocol {
  return own[part] ?? standard(runbook.find((line) => line.part === part)?.services ?? [])
}

/** Replaces one host's containers of one part by those of another release, and waits until they do their work. */
export async function replaceOnHost(
  run: Run,
  { name, services }: Pick<UpgradeStep, 'name' | 'services'>,
  host: string,
  by: 'newer' | 'older',
) {
  const containers = services.flatMap((service) => run.containers(service, host))
  // An upgrade that failed before a container's turn has left the files of the newer release to one that goes on.
  const written = services.flatMap((service) => run.written(service, host))
  await step('writeConfiguration', `${host} · ${name}`, run.ref, host, written)
  const { replace, replaceByOlder = replace } = protocolOf(name)
  await (by === 'older' ? replaceByOlder : replace)(run, host, containers)
}
