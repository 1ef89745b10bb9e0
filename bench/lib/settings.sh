# shellcheck shell=bash disable=SC2034 # read by the files that source this one
# What is compared, and where the bench keeps what it makes: everything outside the checkout.

old_release=2025.2 new_release=2026.1
kolla_ansible_version=22.2.0     # OpenStack 2026.1
old_kolla_ansible_version=21.3.0 # OpenStack 2025.2
ansible_core_version=2.19.14
ansible_version=12.3.0 # the collections that kolla-ansible needs, without Galaxy

hosts=(kolla1 kolla2 kolla3)
all_measures=(deploy noop option)

cache_root=${KOLLA_TEMPORAL_CACHE:-/var/cache/kolla-temporal}
bench_cache=$cache_root/bench
venv=$bench_cache/venv
old_venv=$bench_cache/venv-$old_release
lab_known_hosts=$cache_root/lab/keys/known_hosts

# The files of the cloud that both deploy: a copy of lab/cloud, whose config/keystone.conf the bench changes.
cloud=$bench_cache/cloud
# The same for kolla-ansible, with what it alone needs.
kolla_ansible_cloud=$bench_cache/kolla-ansible

# A Temporal server and a worker of the bench's own: their memory is that of these runs alone.
export KOLLA_TEMPORAL_STATE=$bench_cache/state
export TEMPORAL_ADDRESS=127.0.0.1:${KOLLA_TEMPORAL_BENCH_PORT:-7433}

# A value of the lab's globals.yml that is a plain string.
global() { # KEY
  sed -n "s/^$1: *\"\{0,1\}\([^\"#]*\)\"\{0,1\}.*/\1/p" "$bench_home/../lab/cloud/globals.yml"
}
vip=$(global kolla_internal_vip_address)
registry=$(global docker_registry)
namespace=$(global docker_namespace)
image_tag=$(global openstack_release)-$(global kolla_base_distro)-trixie

# What both deploy, by kolla-ansible's switches; the containers of each host then, and what has to answer (PORT/PATH).
choose_services() {
  deployed=(keystone) answering=()
  containers=(cron haproxy keepalived keystone keystone_fernet mariadb memcached rabbitmq)
  # kolla-ansible's last times with the same services.
  anchor=$bench_cache/kolla-ansible.json
  [[ -n ${openstack:-} ]] || return 0
  deployed+=(placement glance heat horizon)
  containers+=(placement_api heat_api heat_api_cfn heat_engine horizon)
  answering=(8780/ 9292/healthcheck 8004/healthcheck 8000/healthcheck 80/auth/login/)
  anchor=$bench_cache/kolla-ansible-openstack.json
  [[ -n ${compute:-} ]] || return 0
  deployed+=(neutron nova)
  containers+=(openvswitch_db openvswitch_vswitchd)
  containers+=(neutron_{server,rpc_server,periodic_worker,openvswitch_agent,dhcp_agent,l3_agent,metadata_agent})
  containers+=(nova_{api,metadata,scheduler,conductor,novncproxy,libvirt,ssh,compute})
  answering+=(8774/ 9696/ 6080/vnc_lite.html)
  anchor=$bench_cache/kolla-ansible-compute.json
}
