import type { HostGlobals } from './settings.js'

/** Containers and their traffic are OpenStack's own business: a firewall in between is the operator's to set up. */
export const firewall = `
if [[ -e /etc/ufw/ufw.conf ]] && grep -q '^ENABLED=yes' /etc/ufw/ufw.conf; then
  ufw disable
  changed
fi
off firewalld.service`

export const selinux = (state: HostGlobals['selinux_state']) => `
config=/etc/selinux/config
if [[ -e $config ]]; then
  text=$(sed 's/^SELINUX=.*/SELINUX=${state}/' "$config")
  put "$config" "$text" as-it-is
fi
now=/sys/fs/selinux/enforce
if [[ -e $now && $(<"$now") != ${state === 'enforcing' ? 1 : 0} ]]; then
  setenforce ${state === 'enforcing' ? 1 : 0}
  changed
fi`

export const time = 'on "$(time_service)"'

/**
 * Two libvirts would fight for the same sockets: the one in the container is the cloud's. AppArmor knows it by its path, as
 * the host's, and would keep it to that one's profile.
 */
export const libvirt = `off 'libvirtd*' 'virtqemud*'
profile=/etc/apparmor.d/usr.sbin.libvirtd
disabled=/etc/apparmor.d/disable/usr.sbin.libvirtd
if [[ -e $profile && ! -e $disabled ]]; then
  mkdir -p "\${disabled%/*}"
  ln -s "$profile" "$disabled"
  if have apparmor_parser; then apparmor_parser --remove "$profile" 2>/dev/null || true; fi
  changed
fi`

/** Keepalived asks for ip_vs; VRRP alone works without, so that a kernel which lacks it will do. */
export const modules = `
for module in ip_vs; do
  [[ ! -e /sys/module/$module ]] || continue
  if modprobe "$module" 2>/dev/null; then
    put /etc/modules-load.d/kolla-temporal.conf "$module"
    changed
  else
    echo "The kernel has no module $module: Keepalived does without"
  fi
done`

/**
 * The first two let HAProxy and Keepalived bind the floating address on hosts that do not hold it. The last three end
 * within a minute what waits for an answer from the holder of before: nothing tells it that the address has moved.
 */
const parameters = {
  'net.ipv4.ip_nonlocal_bind': 1,
  'net.ipv6.ip_nonlocal_bind': 1,
  'net.ipv4.ip_forward': 1,
  'net.ipv4.tcp_keepalive_time': 30,
  'net.ipv4.tcp_keepalive_intvl': 10,
  'net.ipv4.tcp_keepalive_probes': 3,
}

export const sysctl = kernelParameters('kolla-temporal.conf', parameters)

/**
 * Asynchronous requests of all processes together: each OSD reserves some thousands, and without them ends. The value is
 * that of Ceph's own packages; a host with a higher one keeps it.
 */
const requests = 1_048_576

export const asynchronousRequests = `
now=/proc/sys/fs/aio-max-nr
if [[ ! -e $now || $(<"$now") -le ${requests} ]]; then
${kernelParameters('kolla-temporal-osds.conf', { 'fs.aio-max-nr': requests })}
fi`

/**
 * Sets parameters now and at every boot, where files are read by their names, and the host's own `99-sysctl.conf` before
 * this one. With a hyphen in front, a boot survives a key that the kernel lacks.
 *
 * @param file what its name ends with
 */
export function kernelParameters(
  file: string,
  values: Readonly<Record<string, string | number>>,
): string {
  const lines = Object.entries(values)
  return `
rm -f /etc/sysctl.d/99-${file} # of older versions
put /etc/sysctl.d/99-zz-${file} '${lines.map(([key, value]) => `-${key} = ${value}`).join('\n')}'
while read -r key value; do
  file=/proc/sys/\${key//.//}
  if [[ ! -e $file ]]; then
    echo "The kernel has no $key"
  elif [[ $(<"$file") != "$value" ]]; then
    echo "$value" >"$file"
    changed
  fi
done <<'PARAMETERS'
${lines.map(([key, value]) => `${key} ${value}`).join('\n')}
PARAMETERS`
}
