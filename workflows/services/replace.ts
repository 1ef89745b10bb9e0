import type { UpgradeStep } from '../../src/plan/upgrade-plan.js'
import { oneByOne } from '../operate.js'
import type { Run } from '../run.js'
import { step } from '../steps.js'
import { monitorOf } from './ceph-upgrade.js'
import { replaceKeystone } from './keystone.js'

/**
 * Replaces one host's containers of one step and waits until they do their work: the same in both directions, except
 * for the data of MariaDB.
 */
export async function replaceOnHost(run: Run, { name, services }: UpgradeStep, host: string) {
  const { ref } = run
  const containers = services.flatMap((service) => run.containers(service, host))
  await step('writeConfiguration', `${host} · ${name}`, ref, host, containers)
  switch (name) {
    case 'loadbalancer':
      return step('replaceLoadBalancer', host, ref, host, containers)
    case 'mariadb':
      return step('replaceMariadb', host, ref, host)
    case 'rabbitmq':
      await step('replaceRabbitmq', host, ref, host)
      return step('verifyRabbitmq', host, ref, host)
    case 'keystone':
      return replaceKeystone(run, host)
    case 'ceph-mon':
      await step('replaceCephMon', host, ref, host)
      return step('awaitCephQuorum', host, ref, host)
    case 'ceph-mgr':
      await step('startCephMgr', host, ref, host, monitorOf(run))
      return step('awaitSettledCeph', host, ref)
    case 'ceph-osd':
      await oneByOne(containers, (name) =>
        step('startOsd', `${host} · ${name}`, ref, host, name, monitorOf(run)),
      )
      return step('awaitSettledCeph', host, ref)
    case 'ceph-rgw':
      return step('replaceCephRgw', host, ref, host, monitorOf(run))
    default:
      return step('startContainers', `${host} · ${name}`, ref, host, containers)
  }
}

/** Members of a cluster that votes go one by one, whatever batch somebody wishes for. */
export const oneAtATime: readonly UpgradeStep['name'][] = [
  'loadbalancer',
  'mariadb',
  'rabbitmq',
  'ceph-mon',
  'ceph-mgr',
  'ceph-osd',
]
