#!/bin/bash
# Starts each image of the control plane as Kolla's contract has it, to print what it runs; checks Python's packages.
#
#   prove.sh REGISTRY/NAMESPACE TAG
set -euo pipefail

prefix=${1:?usage: prove.sh REGISTRY/NAMESPACE TAG} tag=${2:?usage: prove.sh REGISTRY/NAMESPACE TAG}
config=$(mktemp --directory)
trap 'rm -rf "$config"' EXIT
chmod 755 "$config"
failed=0

prove() { # IMAGE COMMAND
  local said
  printf '{"command": "%s", "config_files": []}\n' "$2" >"$config/config.json"
  if said=$(docker run --rm --network none --tmpfs /etc/keystone/fernet-keys --volume "$config:/var/lib/kolla/config_files:ro" \
    --env KOLLA_CONFIG_STRATEGY=COPY_ALWAYS --env KOLLA_SERVICE_NAME="$1" "$prefix/$1:$tag" 2>&1); then
    printf '%-16s %s\n' "$1" "$(sed '1,/^Running command/d; /^+/d; /Warning/d' <<<"$said" | head -n 1)"
  else
    printf '%-16s FAILED\n%s\n' "$1" "$(tail -n 20 <<<"$said")"
    failed=1
  fi
}

prove cron 'logrotate --version'
prove haproxy 'haproxy -v'
prove keepalived 'keepalived --version'
prove mariadb-server 'mariadbd --version'
prove memcached 'memcached --version'
prove rabbitmq 'rabbitmqctl version'
prove keystone 'keystone-manage --version'
prove keystone 'python3 -m pip check'
prove keystone 'uwsgi --version'
prove keystone-fernet 'rsync --version'
prove keystone-ssh 'ssh -V'
exit "$failed"
