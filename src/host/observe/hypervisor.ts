import type { ObservedHypervisor } from '../../model/observed-host.js'

/**
 * Bash that tells what machines could run on: `kvm` where its device opens, `processor` where the processor can do it.
 * Software may stand in for that and opens as well, but guests hang in it; on other processors than x86 nothing does.
 */
export const hypervisorScript = `section hypervisor
if [[ -c /dev/kvm ]] && { : <>/dev/kvm; } 2>/dev/null; then echo kvm; fi
if [[ $(uname -m) != x86_64 ]] || grep -qwE 'vmx|svm' /proc/cpuinfo; then echo processor; fi
if [[ $(ss --no-header --listening --unix) =~ /libvirt/(libvirt|virtqemud)-sock[[:space:]] ]]; then echo libvirt; fi`

export function parseHypervisor(lines: readonly string[]): ObservedHypervisor {
  return {
    kvm: lines.includes('kvm') && lines.includes('processor'),
    libvirt: lines.includes('libvirt'),
  }
}
