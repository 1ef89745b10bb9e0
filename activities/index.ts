import { accessActivities } from './access.js'
import type { Adapters } from './adapters.js'
import { cephActivities } from './ceph/index.js'
import { CloudContexts } from './cloud-context.js'
import { cloudActivities } from './clouds.js'
import { computeActivities } from './computes.js'
import { forgottenComputeActivities } from './forgotten-computes.js'
import { machineActivities } from './machines.js'
import { containerActivities } from './containers.js'
import { galeraUpgradeActivities } from './galera-upgrade.js'
import { giveBackActivities } from './give-back.js'
import { hostActivities } from './hosts.js'
import { imageActivities } from './images.js'
import { keystoneActivities } from './keystone.js'
import { mariadbActivities } from './mariadb.js'
import { mariadbBackupActivities } from './mariadb-backup.js'
import { novaActivities } from './nova.js'
import { oneShotActivities } from './one-shots.js'
import { openvswitchActivities } from './openvswitch.js'
import { openStackHealthActivities } from './openstack-health.js'
import { orphanActivities } from './orphans.js'
import { planActivities } from './plan.js'
import { upgradePlanActivities } from './plan-upgrade.js'
import { rabbitmqActivities } from './rabbitmq.js'
import { releaseActivities } from './releases.js'
import { runonceActivities } from './runonce.js'
import { startedMachineActivities } from './started-machines.js'
import { upgradeActivities } from './upgrade.js'
import { upgradePreviewActivities } from './upgrade-preview.js'

/** Every verb that a workflow can use. A verb may be killed at any instruction and run again: it looks first. */
export function createActivities(adapters: Adapters) {
  const contexts = new CloudContexts(adapters)
  return {
    ...cloudActivities(adapters, contexts),
    ...planActivities(contexts),
    ...upgradePlanActivities(contexts),
    ...hostActivities(contexts),
    ...imageActivities(contexts),
    ...containerActivities(contexts),
    ...mariadbActivities(contexts),
    ...mariadbBackupActivities(contexts),
    ...rabbitmqActivities(contexts),
    ...novaActivities(contexts),
    ...oneShotActivities(contexts),
    ...keystoneActivities(contexts),
    ...openvswitchActivities(contexts),
    ...cephActivities(contexts),
    ...accessActivities(contexts),
    ...releaseActivities(contexts),
    ...upgradeActivities(contexts),
    ...galeraUpgradeActivities(contexts),
    ...upgradePreviewActivities(contexts),
    ...giveBackActivities(contexts),
    ...runonceActivities(contexts),
    ...computeActivities(contexts),
    ...forgottenComputeActivities(contexts),
    ...machineActivities(contexts),
    ...openStackHealthActivities(contexts),
    ...orphanActivities(contexts),
    ...startedMachineActivities(contexts),
  }
}

export type Activities = ReturnType<typeof createActivities>
export type { CloudRef, Observation } from './cloud-context.js'
export type { Hold } from '../src/host/fence.js'
export type { MachineName } from './machines.js'
export type { OpenedCloud } from './clouds.js'
export type { DatabaseState } from './mariadb-backup.js'
export type { PackedPlan, PlannedCloud, PlannedOneShots } from './plan.js'
export type { PlannedRollback, PlannedUpgrade } from './plan-upgrade.js'
