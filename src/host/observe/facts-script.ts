/** Bash that tells what a host is, by what every kernel and distribution has. */
export const factsScript = `
section os-release; printf '%s\\n' "$(</etc/os-release)"
section hostname; printf '%s\\n' "$(</proc/sys/kernel/hostname)"
section cpus; nproc
section memory
while read -r key value _; do [[ $key == MemTotal: ]] && echo "$value"; done </proc/meminfo
for limit in /sys/fs/cgroup/memory.max /sys/fs/cgroup/memory/memory.limit_in_bytes; do
  [[ -r $limit ]] && echo "limit $(<$limit)"
done
section interfaces; ip -json address
section default-route; ip -json -4 route show default
section openvswitch
if [[ -e /sys/module/openvswitch ]] || modprobe --dry-run --quiet openvswitch 2>/dev/null; then echo kernel; fi
`.trim()
