#!/bin/bash
# Starts each image of our profiles as Kolla's contract has it, to see that what it runs is there and starts. Python's
# packages must agree with each other, and what Ceph needs be there where Kolla's services speak to it.
#
#   prove.sh REGISTRY/NAMESPACE TAG [PROFILE…]    control-plane, openstack, compute, ceph; by default all
set -euo pipefail

usage='usage: prove.sh REGISTRY/NAMESPACE TAG [PROFILE…]'
prefix=${1:?$usage} tag=${2:?$usage}
shift 2
config=$(mktemp --directory)
trap 'rm -rf "$config"' EXIT
chmod 755 "$config"
failed=0

cat >"$config/config.json" <<'JSON'
{"command": "bash /var/lib/kolla/config_files/proof", "config_files": []}
JSON
cat >"$config/proof" <<'SH'
while IFS= read -r command; do
  if ! said=$(bash -o pipefail -c "$command" 2>&1 </dev/null); then
    printf 'FAILED %s\n%s\n' "$command" "$said"
    exit 1
  fi
  said=$(grep --invert-match --ignore-case warn <<<"$said")
  printf 'proof %s\n' "$(grep --max-count 1 '[0-9]\.[0-9]' <<<"$said" || head -n 1 <<<"$said")"
done </var/lib/kolla/config_files/commands
SH

prove() { # IMAGE COMMAND…
  local image=$1 said
  shift
  printf '%s\n' "$@" >"$config/commands"
  # The kernel's module, which vswitchd asks for, is the host's matter.
  if said=$(docker run --rm --network none --hostname localhost --tmpfs /etc/keystone/fernet-keys --volume "$config:/var/lib/kolla/config_files:ro" \
    --volume /bin/true:/usr/sbin/modprobe:ro --env KOLLA_CONFIG_STRATEGY=COPY_ALWAYS --env KOLLA_SERVICE_NAME="$image" \
    "$prefix/$image:$tag" 2>&1); then
    printf '%-26s %s\n' "$image" "$(sed -n 's/^proof //p' <<<"$said" | sed '/^$/d' | paste --serial --delimiters ';' | sed 's/;/; /g')"
  else
    printf '%-26s FAILED\n%s\n' "$image" "$(tail -n 20 <<<"$said")"
    failed=1
  fi
}

# Of a service in Python, besides its own programs: its packages agree with each other, and with Debian's that it sees.
# bookworm's PyGObject comes without what it says it needs; only targetcli uses it.
agree="{ python3 -m pip check || true; } | { ! grep --invert-match -e '^No broken requirements' -e '^pygobject '; }"
module() { # NAME…
  printf "python3 -c 'import importlib.util as u, sys; sys.exit(not all(u.find_spec(m) for m in sys.argv[1:]))' %s" "$*"
}
# Drivers that only configuration names are nobody's dependency.
api() { # MODULE…
  printf 'uwsgi --version && %s' "$(module "$@" memcache pymysql)"
}
# By importing them: they are Debian's, and its Python must be that of the service.
ceph_bindings="python3 -c 'import rados, rbd; print(\"librbd\", rbd.RBD().version())'"
# QEMU lists formats whose module is not there, too.
qemu_rbd="{ qemu-img info rbd:pool/image || true; } 2>&1 | grep 'error connecting'"

control_plane() {
  prove cron 'logrotate --version'
  prove haproxy 'haproxy -v'
  prove keepalived 'keepalived --version'
  prove mariadb-server 'mariadbd --version'
  prove memcached 'memcached --version'
  prove rabbitmq 'rabbitmqctl version'
  prove keystone 'keystone-manage --version' "$agree" 'uwsgi --version'
  prove keystone-fernet 'rsync --version'
  prove keystone-ssh 'ssh -V'
}

openstack() {
  prove placement-api 'placement-manage --version' 'python3 -c "import cryptography"' "$agree" "$(api placement.wsgi.api)"
  prove glance-api 'glance-manage --version' "$agree" "$(api glance.wsgi.api)" "$(module glance_store._drivers.rbd)" \
    "$ceph_bindings" 'qemu-img --version'
  prove cinder-api 'cinder-manage --version' "$agree" "$(api cinder.wsgi.api)"
  prove cinder-scheduler 'cinder-scheduler --version'
  prove cinder-volume 'cinder-volume --version' "$agree" "$ceph_bindings" 'rbd --version' 'qemu-img --version'
  prove cinder-backup 'cinder-backup --version' "$ceph_bindings" 'rbd --version'
  prove heat-api 'heat-manage --version' "$agree" "$(api heat.wsgi.api)"
  prove heat-api-cfn "$(api heat.wsgi.cfn)"
  prove heat-engine 'heat-engine --version'
  # Its start has gathered and compressed what the dashboard serves.
  prove horizon "$agree" "$(api openstack_dashboard.wsgi heat_dashboard pymemcache)" \
    "python3 -c 'import django; print(\"Django\", django.get_version())'"
}

compute() {
  prove openvswitch-db-server 'ovsdb-server --version'
  prove openvswitch-vswitchd 'ovs-vswitchd --version'
  prove nova-api 'nova-manage --version' "$agree" "$(api nova.wsgi.osapi_compute)" "$(module nova.wsgi.metadata)"
  prove nova-scheduler 'nova-scheduler --version'
  prove nova-conductor 'nova-conductor --version'
  prove nova-novncproxy 'nova-novncproxy --version' 'ls /usr/share/novnc/vnc_lite.html'
  prove nova-libvirt 'libvirtd --version' 'virtlogd --version' 'qemu-system-x86_64 --version' 'rbd --version' "$qemu_rbd"
  prove nova-ssh 'ssh -V' 'test -x /usr/sbin/sshd'
  prove nova-compute 'nova-compute --version' "$agree" "$ceph_bindings" 'rbd --version' "$qemu_rbd" 'mkisofs --version' \
    "python3 -c 'import libvirt, guestfs; print(\"libvirt\", libvirt.getVersion())'" 'ovs-vsctl --version'
  prove neutron-server 'neutron-rpc-server --version' "$agree" "$(api neutron.wsgi.api)" \
    'neutron-periodic-workers --version' 'neutron-db-manage --help'
  prove neutron-openvswitch-agent 'neutron-openvswitch-agent --version' "python3 -c 'import ovs.db.idl'" 'conntrack --version' 'command -v ipset'
  prove neutron-dhcp-agent 'neutron-dhcp-agent --version' 'dnsmasq --version' 'docker --version' '/usr/sbin/ethtool --version'
  prove neutron-l3-agent 'neutron-l3-agent --version' 'keepalived --version' "{ radvd --version || true; } 2>&1 | grep Version" 'docker --version' '/usr/sbin/ethtool --version'
  prove neutron-metadata-agent 'neutron-metadata-agent --version' 'haproxy -v'
}

ceph() {
  prove ceph-mon 'ceph-mon --version' 'ceph --version'
  prove ceph-mgr 'ceph-mgr --version'
  prove ceph-osd 'ceph-osd --version' 'ceph-bluestore-tool --help'
  prove ceph-rgw 'radosgw --version'
}

[[ $# -gt 0 ]] || set -- control-plane openstack compute ceph
for profile in "$@"; do
  case $profile in
    control-plane) control_plane ;;
    openstack) openstack ;;
    compute) compute ;;
    ceph) ceph ;;
    *) echo "$usage" >&2 && exit 2 ;;
  esac
done
exit "$failed"
