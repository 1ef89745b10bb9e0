# shellcheck shell=bash
# What the lab needs of the machine it runs on.

# Command and the Debian package that brings it.
declare -A package_of=(
  [dockerd]=docker.io [mmdebstrap]=mmdebstrap [ip]=iproute2 [iptables]=iptables [losetup]=mount
  [ethtool]=ethtool [ping]=iputils-ping [blkdiscard]=util-linux [ssh]=openssh-client [ssh-keygen]=openssh-client [flock]=util-linux
)

prepare_machine() {
  local command missing=()
  for command in "${!package_of[@]}"; do
    type -P "$command" >/dev/null || missing+=("${package_of[$command]}")
  done
  if ((${#missing[@]})); then
    type -P apt-get >/dev/null ||
      fail "this machine lacks ${missing[*]} and has no apt-get: install them, then run this again"
    say "installing ${missing[*]}"
    mkdir -p "$lab_cache/log"
    {
      apt-get update -q &&
        DEBIAN_FRONTEND=noninteractive apt-get install -yq --no-install-recommends "${missing[@]}"
    } >"$lab_cache/log/apt.log" 2>&1 ||
      fail "apt-get failed: $(tail -n 1 "$lab_cache/log/apt.log") (all of it: $lab_cache/log/apt.log)"
  fi
}

require_root() {
  ((EUID == 0)) || fail 'the lab makes networks, disks and containers: run it as root'
}

# Verbs that change the lab run one at a time; the lock goes with the process.
take_turn() {
  mkdir -p "$lab_cache"
  exec 9>"$lab_cache/lock"
  flock --nonblock 9 && return
  say 'another lab command is running; waiting for it'
  flock 9
}
