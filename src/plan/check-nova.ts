import { groupOf } from '../catalog/render.js'
import type { Cloud } from '../model/cloud.js'
import type { Finding } from '../model/finding.js'
import type { ObservedHost } from '../model/observed-host.js'
import { error } from './check-hosts.js'

/** What would keep a compute host from running machines. */
export function checkNova(cloud: Cloud, observed: readonly ObservedHost[]): Finding[] {
  if (!cloud.globals.enable_nova) return []
  const members = groupOf(cloud, 'compute')
  return observed
    .filter(({ facts }) => members.includes(facts.name))
    .flatMap((host) => [...withoutKvm(cloud, host), ...otherLibvirt(host), ...otherName(host)])
}

function withoutKvm(cloud: Cloud, { facts: { name }, hypervisor }: ObservedHost): Finding[] {
  const globals = cloud.hosts.find((host) => host.name === name)?.globals
  if (globals?.nova_compute_virt_type !== 'kvm' || hypervisor?.kvm !== false) return []
  const message =
    'KVM can\'t be used here (no /dev/kvm that opens, or a processor without vmx or svm): turn virtualization on in the firmware, or set nova_compute_virt_type: "qemu" for this host'
  return [error(name, message)]
}

/** Where machines run by two names already, they go on. */
function otherName({
  facts: { name: host, hostname },
  hypervisor,
  containers,
}: ObservedHost): Finding[] {
  const { name = hostname } = hypervisor ?? {}
  if (name === hostname) return []
  const message = `the kernel calls this host ${hostname} and libvirt ${name}, by which Nova would have two hosts: put ${hostname} before all other names into the line of /etc/hosts that has it`
  const runs = containers.some((container) => container.name === 'nova_compute')
  return [{ ...error(host, message), severity: runs ? 'warning' : 'error' }]
}

function otherLibvirt({ facts: { name }, hypervisor, containers }: ObservedHost): Finding[] {
  const isOurs = containers.some((container) => container.name === 'nova_libvirt')
  if (hypervisor?.libvirt !== true || isOurs) return []
  const message =
    'a libvirt of the host listens in /run/libvirt, where that of nova_libvirt has to: stop it for good (systemctl disable --now libvirtd.socket libvirtd virtqemud.socket virtqemud)'
  return [error(name, message)]
}
