# shellcheck shell=bash
# The table that `lab/lab status` prints.

print_status() {
  local host facts row='%-7s %-7s %-13s %-12s %-15s %-14s %s\n'
  local -A facts_of=()
  if engine_answers; then
    while read -r host facts; do facts_of[${host#/}]=$facts; done < <(
      lab_docker inspect --format '{{.Name}} {{.State.Status}} {{.State.Pid}} {{.Id}}' "${hosts[@]}" 2>/dev/null
    )
    facts=absent
  else
    facts=down
  fi
  # shellcheck disable=SC2059 # the format is ours
  printf "$row" HOST STATE MANAGEMENT STORAGE MEMORY DOCKER CUT
  for host in "${hosts[@]}"; do
    # shellcheck disable=SC2086,SC2059 # the facts are words
    printf "$row" "$host" "$(state ${facts_of[$host]:-$facts})" "${management_address[$host]}" \
      "${storage_address[$host]:--}" "$(memory_use ${facts_of[$host]:-}) of $(memory_of "$host")" \
      "$(docker_state ${facts_of[$host]:-})" "$(cut_networks "$host" | paste -sd , | sed 's/^$/-/')"
  done
}

# The functions below are given what the engine says of a host: status, process id, container id.

state() {
  case $1 in
    running) echo up ;;
    created | exited | dead) echo off ;;
    *) echo "$1" ;;
  esac
}

# Memory that the host's processes hold; page cache is not counted.
memory_use() {
  local id=${3:-none} stat
  for stat in /sys/fs/cgroup{/memory/docker/"$id",/docker/"$id",/system.slice/docker-"$id".scope}/memory.stat; do
    [[ ! -e $stat ]] || {
      awk '$1 == "total_rss" || $1 == "anon" { print int($2 / 1048576) "M" }' "$stat"
      return
    }
  done
  echo -
}

docker_state() {
  local root=/proc/${2:-0}/root
  if [[ ${2:-0} == 0 ]]; then
    echo -
  elif [[ ! -e $root/usr/sbin/dockerd ]]; then
    echo none
  elif [[ ! -S $root/run/docker.sock ]]; then
    echo stopped
  else
    echo "$(find "$root/var/lib/docker/containers" -mindepth 1 -maxdepth 1 -type d | wc -l) containers"
  fi
}
