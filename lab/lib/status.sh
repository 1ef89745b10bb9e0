# shellcheck shell=bash
# The table that `lab/lab status` prints.

print_status() {
  local host row='%-7s %-8s %-13s %-12s %-16s %-14s %s\n'
  # shellcheck disable=SC2059 # the format is ours
  printf "$row" HOST STATE MANAGEMENT STORAGE MEMORY DOCKER CUT
  for host in "${hosts[@]}"; do
    # shellcheck disable=SC2059
    printf "$row" "$host" "$(state_of "$host")" "${management_address[$host]}" \
      "${storage_address[$host]:--}" "$(memory_use "$host")" "$(docker_state "$host")" \
      "$(cut_networks "$host" | paste -sd , | sed 's/^$/-/')"
  done
}

state_of() {
  local state
  engine_answers || { echo down; return; }
  state=$(lab_docker inspect --format '{{.State.Status}}' "$1" 2>/dev/null) || { echo absent; return; }
  case $state in
    running) echo up ;;
    *) echo off ;;
  esac
}

process_of() {
  engine_answers && lab_docker inspect --format '{{if .State.Running}}{{.State.Pid}}{{end}}' "$1" 2>/dev/null
}

# What its processes hold (page cache is not counted), of the limit.
memory_use() {
  local pid group stat used
  pid=$(process_of "$1") && [[ -n $pid ]] || { echo "- of $(memory_of "$1")"; return; }
  for stat in /sys/fs/cgroup/memory/docker/*/memory.stat /sys/fs/cgroup{,/system.slice}/docker*/memory.stat; do
    group=${stat%/memory.stat}
    [[ $group == *"$(lab_docker inspect --format '{{.Id}}' "$1")"* && -e $stat ]] || continue
    used=$(awk '$1 == "total_rss" || $1 == "anon" { print int($2 / 1048576) }' "$stat")
    echo "${used}M of $(memory_of "$1")"
    return
  done
  echo "? of $(memory_of "$1")"
}

docker_state() {
  local pid
  pid=$(process_of "$1") && [[ -n $pid ]] || { echo -; return; }
  if [[ -S /proc/$pid/root/run/docker.sock ]]; then
    echo "$(find "/proc/$pid/root/var/lib/docker/containers" -mindepth 1 -maxdepth 1 -type d | wc -l) containers"
  elif [[ -e /proc/$pid/root/usr/sbin/dockerd ]]; then
    echo stopped
  else
    echo none
  fi
}
