import type { PrepareStep } from './settings.js'
import { kernelParameters } from './system.js'

/** What a host must have for machines and their networks. */
export interface HostNetworking {
  /** Modules that its kernel may be asked for. */
  readonly modules: readonly string[]
  /** Kernel parameter → value; those that the kernel lacks are left out. */
  readonly parameters: Readonly<Record<string, string | number>>
  /** Id of the group that may use KVM, where machines run by it: QEMU's in Kolla's images. */
  readonly kvmGroup?: number
}

export function networkingSteps({
  modules,
  parameters,
  kvmGroup,
}: HostNetworking): readonly PrepareStep[] {
  const steps: readonly (PrepareStep | false)[] = [
    modules.length > 0 && { name: 'kernel modules', script: load(modules) },
    { name: 'network namespaces', script: namespaces },
    Object.keys(parameters).length > 0 && {
      name: 'kernel parameters',
      script: kernelParameters('kolla-temporal-networks.conf', parameters),
    },
    kvmGroup !== undefined && { name: 'KVM', script: kvm(kvmGroup) },
  ]
  return steps.filter((step) => step !== false)
}

/** A kernel without modules has built in what it has. */
const load = (modules: readonly string[]) => `
loaded=()
for module in ${modules.join(' ')}; do
  if [[ -e /sys/module/$module ]]; then
    known=1
  else
    known=
  fi
  if [[ -e /proc/modules ]] && modprobe "$module" 2>/dev/null; then
    loaded+=("$module")
    [[ $known ]] || changed
  elif [[ ! $known ]]; then
    echo "The kernel has no module $module"
  fi
done
if ((\${#loaded[@]})); then
  put /etc/modules-load.d/kolla-temporal-networks.conf "$(printf '%s\\n' "\${loaded[@]}")"
fi`

/**
 * QEMU is no root. Debian's udev gives KVM to a group of the host's that no container knows; the rule has kolla-ansible's
 * name. udev keeps to it when the device appears, so the one that is there is given away here. Ubuntu has a service that
 * would take it back.
 */
const kvm = (group: number) => `
put /etc/udev/rules.d/99-kolla-kvm.rules 'KERNEL=="kvm", GROUP="${group}", MODE="0660"'
if have udevadm; then udevadm control --reload 2>/dev/null || true; fi
if [[ -c /dev/kvm && $(stat -c '%g %a' /dev/kvm) != '${group} 660' ]]; then
  chgrp ${group} /dev/kvm
  chmod 0660 /dev/kvm
  changed
fi
if grep -q '^ID=ubuntu$' /etc/os-release; then systemctl mask --quiet qemu-kvm.service; fi`

/**
 * Namespaces that one container makes are seen by the others, and by the host, only if the folder is a shared mount
 * before the first of them starts. As `ip netns` itself makes it, which would else hide what containers have made.
 */
const namespaces = `
unit=kolla-temporal-netns.service
put "/etc/systemd/system/$unit" '[Unit]
Description=Network namespaces that containers share
Before=docker.service

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/bin/sh -c "mkdir -p /run/netns && { mountpoint -q /run/netns || mount --rbind /run/netns /run/netns; } && mount --make-rshared /run/netns"

[Install]
WantedBy=multi-user.target docker.service'
on "$unit"`
