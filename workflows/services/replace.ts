import type { UpgradeStep } from '../../src/plan/upgrade-plan.js'
import type { Run } from '../run.js'
import { step } from '../steps.js'

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
      await step('prepareKeystone', host, ref, host)
      return step('startKeystone', host, ref, host, containers)
    default:
      return step('startContainers', `${host} · ${name}`, ref, host, containers)
  }
}

/** Members of a cluster that votes go one by one, whatever batch somebody wishes for. */
export const oneAtATime: readonly UpgradeStep['name'][] = ['loadbalancer', 'mariadb', 'rabbitmq']
