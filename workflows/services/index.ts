import { runbook } from '../../src/plan/runbook.js'
import type { PartName } from '../../src/plan/runbook.js'
import type { UpgradeStep } from '../../src/plan/upgrade-plan.js'
import type { Run } from '../run.js'
import { step } from '../steps.js'
import { cephDisks, cephManagers, cephMonitors, cephOsds, cephPools, gateways } from './ceph.js'
import { keystone } from './keystone.js'
import { loadBalancer } from './load-balancer.js'
import { mariadb } from './mariadb.js'
import { novaCell } from './nova-cell.js'
import type { Protocol } from './protocol.js'
import { rabbitmq } from './rabbitmq.js'
import { standard } from './standard.js'

/** Parts of the runbook that are not carried out in the usual way. */
const own: Partial<Record<PartName, Protocol>> = {
  loadbalancer: loadBalancer,
  mariadb,
  rabbitmq,
  keystone,
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

/** Replaces one host's containers of one part and waits until they do their work, in either direction. */
export async function replaceOnHost(run: Run, { name, services }: UpgradeStep, host: string) {
  const containers = services.flatMap((service) => run.containers(service, host))
  await step('writeConfiguration', `${host} · ${name}`, run.ref, host, containers)
  await protocolOf(name).replace(run, host, containers)
}
