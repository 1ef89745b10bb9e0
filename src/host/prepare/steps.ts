import { sh } from '../../ssh/quote.js'
import type { HostFacts } from '../../model/observed-host.js'
import type { DaemonJson } from './daemon-json.js'
import { engine, engineConfiguration, sharedMounts } from './docker.js'
import { names } from './names.js'
import { aptPackages, dnfPackages } from './packages.js'
import { revival } from './revival.js'
import type { PrepareSettings, PrepareStep } from './settings.js'
import {
  asynchronousRequests,
  firewall,
  libvirt,
  modules,
  selinux,
  sysctl,
  time,
} from './system.js'

/**
 * What makes a bare host one that can take containers, in order. The text of its daemon.json is to come on standard input,
 * `$input` to the scripts.
 */
export function prepareSteps(
  facts: Pick<HostFacts, 'hostname' | 'os'>,
  settings: PrepareSettings,
  daemon: Omit<DaemonJson, 'text'>,
): readonly PrepareStep[] {
  const { globals, hosts, osds = false } = settings
  const redhat = facts.os.family === 'redhat'
  const ntp = globals.enable_host_ntp
  const insecure = globals.docker_registry_insecure ? globals.docker_registry : undefined
  const { enable_ceph: disks } = globals
  const packages = redhat ? dnfPackages(ntp, disks, facts.os) : aptPackages(ntp, disks)
  const steps: readonly (PrepareStep | false)[] = [
    {
      name: 'configuration directory',
      script: configurationDirectory(globals.node_config_directory),
    },
    globals.customize_etc_hosts && { name: 'host names', script: names(facts.hostname, hosts) },
    globals.disable_firewall && { name: 'firewall', script: firewall },
    redhat && globals.change_selinux && { name: 'SELinux', script: selinux(globals.selinux_state) },
    { name: 'shared mounts', script: sharedMounts },
    { name: 'Docker configuration', script: engineConfiguration(daemon) },
    { name: 'packages', script: packages },
    { name: 'Docker', script: engine(insecure) },
    { name: 'revival of containers', script: revival },
    ntp && { name: 'time synchronisation', script: time },
    { name: "the host's own libvirt", script: libvirt },
    { name: 'kernel modules', script: modules },
    globals.set_sysctl && { name: 'kernel parameters', script: sysctl },
    globals.set_sysctl && osds && { name: 'asynchronous requests', script: asynchronousRequests },
  ]
  return steps.filter((step) => step !== false)
}

const configurationDirectory = (directory: string) => sh`
if [[ $(stat -c '%a %u %g' ${directory} 2>/dev/null) != '755 0 0' ]]; then
  install -d -m 0755 -o root -g root ${directory}
  changed
fi`
