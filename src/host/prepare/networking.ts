import type { PrepareStep } from './settings.js'
import { kernelParameters } from './system.js'

/** What a host must have for the networks of machines. */
export interface HostNetworking {
  /** Modules that its kernel may be asked for. */
  readonly modules: readonly string[]
  /** Kernel parameter → value; those that the kernel lacks are left out. */
  readonly parameters: Readonly<Record<string, string | number>>
}

export function networkingSteps({ modules, parameters }: HostNetworking): readonly PrepareStep[] {
  const steps: readonly (PrepareStep | false)[] = [
    modules.length > 0 && { name: 'kernel modules', script: load(modules) },
    { name: 'network namespaces', script: namespaces },
    Object.keys(parameters).length > 0 && {
      name: 'kernel parameters',
      script: kernelParameters('99-kolla-temporal-networks.conf', parameters),
    },
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
