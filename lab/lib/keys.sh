# shellcheck shell=bash
# The operator's key, each host's own key (it outlives a reset), and ssh with both of them checked.

operator_key=$lab_cache/keys/id_ed25519
lab_known_hosts=$lab_cache/keys/known_hosts

make_keys() {
  local host
  mkdir -p "$lab_cache/keys"
  chmod 700 "$lab_cache/keys"
  make_key "$operator_key" operator@kolla-temporal-lab
  for host in "${hosts[@]}"; do make_key "$(host_key "$host")" "root@$host"; done
  for host in "${hosts[@]}"; do
    echo "${management_address[$host]} $(cut -d ' ' -f 1,2 "$(host_key "$host").pub")"
  done >"$lab_known_hosts"
  install -m 600 "$operator_key" "$lab_home/cloud/id_ed25519"
  install -m 644 "$operator_key.pub" "$lab_home/cloud/id_ed25519.pub"
}

host_key() {
  echo "$lab_cache/keys/$1"
}

make_key() {
  [[ ! -s $1.pub ]] || return 0
  rm -f "$1"
  ssh-keygen -q -t ed25519 -N '' -C "$2" -f "$1"
}

ssh_options=(
  -F none -i "$operator_key" -o IdentitiesOnly=yes -o BatchMode=yes -o LogLevel=ERROR
  -o ServerAliveInterval=5 -o ServerAliveCountMax=3 # a host whose power was cut says no goodbye
  -o StrictHostKeyChecking=yes -o "UserKnownHostsFile=$lab_known_hosts" -o GlobalKnownHostsFile=none
)

# ssh_to HOST [COMMAND…]: as ssh itself takes it, and with ssh's exit code.
ssh_to() {
  local host=$1
  shift
  ssh "${ssh_options[@]}" -o ConnectTimeout=5 "root@${management_address[$host]}" "$@"
}

wait_for_ssh() {
  local host=$1 deadline=$((SECONDS + 60))
  while ((SECONDS < deadline)); do
    ssh_to "$host" true </dev/null >/dev/null 2>&1 && return
    lab_docker inspect --format '{{.State.Running}}' "$host" | grep -q true ||
      fail "$host went down while it booted: $(lab_docker logs --tail 1 "$host" 2>&1)"
    sleep 0.2
  done
  fail "the sshd of $host on ${management_address[$host]} did not answer in 60 s: $(lab_docker logs --tail 1 "$host" 2>&1)"
}
