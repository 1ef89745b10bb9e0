#!/bin/bash
# Serves images from this machine: registry v2 without password, on one address, if that is the machine's own.
# Running it again changes nothing.
#
#   registry.sh ADDRESS:PORT    as docker_registry names it; data in /var/lib/registry
set -euo pipefail

address=${1:?usage: registry.sh ADDRESS:PORT}
data=/var/lib/registry

main() {
  is_own_address || {
    echo "$address is served elsewhere."
    return
  }
  [[ $address == *:+([0-9]) ]] ||
    { echo "docker_registry '$address' names no port: write it as ADDRESS:PORT." >&2; exit 2; }
  if command -v apt-get >/dev/null; then
    debian_registry
  else
    container_registry
  fi
  curl --noproxy '*' --silent --show-error --fail --output /dev/null --retry 30 --retry-delay 1 --retry-all-errors "http://$address/v2/" ||
    { echo "The registry on $(hostname) does not answer at http://$address/v2/." >&2; exit 1; }
}

# A name or an address of this machine; anything else is a registry that somebody else serves.
is_own_address() {
  local ip
  ip=$(getent ahostsv4 "${address%:*}" | awk 'NR == 1 { print $1 }')
  # No pipe into `grep --quiet`: it may end before `ip` has written all, whose death would then count.
  [[ $(ip -brief address) == *" $ip/"* ]]
}

debian_registry() {
  if ! { command -v docker-registry && command -v curl; } >/dev/null; then
    apt-get update
    DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends docker-registry curl
  fi
  mkdir -p "$data"
  # Data that outlived a reinstalled system may belong to another number.
  find "$data" ! -user docker-registry -exec chown docker-registry: {} +
  # Debian's own configuration asks for a password and listens everywhere.
  local changed=
  write /etc/docker/registry/kolla.yml <<YAML && changed=1
version: 0.1
storage:
  filesystem: {rootdirectory: $data}
  delete: {enabled: true}
http: {addr: '$address'}
YAML
  write /etc/systemd/system/docker-registry.service.d/kolla.conf <<'UNIT' && changed=1
[Service]
ExecStart=
ExecStart=/usr/bin/docker-registry serve /etc/docker/registry/kolla.yml
Restart=on-failure
UNIT
  if [[ -n $changed ]]; then
    systemctl daemon-reload
    systemctl restart docker-registry
  fi
  systemctl enable --now --quiet docker-registry
}

# Where the distribution has no package of it.
container_registry() {
  [[ $(docker inspect --format '{{range .Config.Env}}{{println .}}{{end}}' registry 2>/dev/null) == *"REGISTRY_HTTP_ADDR=$address"* ]] && {
    docker start registry
    return
  }
  docker rm --force registry 2>/dev/null || true
  docker run --detach --name registry --restart always --network host --volume "$data:/var/lib/registry" \
    --env "REGISTRY_HTTP_ADDR=$address" --env REGISTRY_STORAGE_DELETE_ENABLED=true registry:2
}

# Replaces a file by standard input; fails when it has that content already.
write() { # FILE
  local new
  new=$(cat)
  [[ -e $1 && $(<"$1") == "$new" ]] && return 1
  mkdir -p "$(dirname "$1")"
  printf '%s\n' "$new" >"$1"
}

main
