import type { ObservedHypervisor } from '../../model/observed-host.js'
import { sh } from '../../ssh/quote.js'

/**
 * As `virGetHostname` of libvirt has it: what the resolver calls the kernel's name, unless that has a domain or stands for
 * the loopback. A name server that does not answer is not waited for.
 */
const nameScript = sh`kernel=$(</proc/sys/kernel/hostname)
if [[ $kernel != *.* && $kernel != localhost* ]]; then
  read -r _ _ name < <(timeout 2 getent ahosts "$kernel")
  [[ -z $name || $name == localhost* ]] || echo "name $name"
fi`

/**
 * Bash that tells what machines could run on: `kvm` where its device opens, `processor` where the processor can do it.
 * Software may stand in for that and opens as well, but guests hang in it; on other processors than x86 nothing does.
 * Then a line `machine` for each that runs, and how libvirt calls the host.
 */
export const hypervisorScript = `section hypervisor
if [[ -c /dev/kvm ]] && { : <>/dev/kvm; } 2>/dev/null; then
  echo kvm
  if [[ $HOSTTYPE != x86_64 ]] || grep -qwE 'vmx|svm' /proc/cpuinfo; then echo processor; fi
fi
if [[ $(ss --no-header --listening --unix) =~ /libvirt/(libvirt|virtqemud)-sock[[:space:]] ]]; then echo libvirt; fi
${machinesScript('/run/libvirt/qemu')}
${nameScript}`

/** By what libvirt notes of each, which tells also while libvirt is down; `driver.pid` is libvirt's own. */
export function machinesScript(folder: string): string {
  return sh`for file in ${folder}/*.pid; do
  [[ ! -s $file || $file == */driver.pid || ! -e /proc/$(<"$file")/status ]] || echo machine
done`
}

export function parseHypervisor(lines: readonly string[]): ObservedHypervisor {
  const [name] = lines.flatMap((line) => /^name (\S+)$/.exec(line)?.[1] ?? [])
  return {
    kvm: lines.includes('kvm') && lines.includes('processor'),
    libvirt: lines.includes('libvirt'),
    machines: lines.filter((line) => line === 'machine').length,
    ...(name !== undefined && { name }),
  }
}
