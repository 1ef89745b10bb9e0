# shellcheck shell=bash
# The anchor: kolla-ansible from PyPI, installed beside nothing else, over the same cloud.

install_kolla_ansible() {
  [[ -x $venv/bin/kolla-ansible && $(cat "$venv/made-of" 2>/dev/null) == "$(made_of)" ]] && return
  say "installing $(made_of) (a minute or two, once)"
  rm -rf "$venv"
  python3 -m venv "$venv" 2>/dev/null || quietly venv-packages install_python
  # shellcheck disable=SC2046 # one word a package
  quietly pip "$venv/bin/python" -m pip install --disable-pip-version-check $(made_of)
  tolerate_missing_proc_modules
  make_userspace_bridges
  made_of >"$venv/made-of"
}

made_of() {
  echo "kolla-ansible==$kolla_ansible_version ansible-core==$ansible_core_version ansible==$ansible_version"
}

install_python() {
  apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends python3-venv &&
    python3 -m venv --clear "$venv"
}

# A kernel without loadable modules has no list of them either: what it lacks can't be loaded, nor is it needed here.
tolerate_missing_proc_modules() {
  local module
  module=$("$venv/bin/python" -c 'import ansible_collections; print(*ansible_collections.__path__)')
  module+=/community/general/plugins/modules/modprobe.py
  sed -i "s|^    def module_loaded(self):|&\n        if not os.path.exists('/proc/modules'):\n            return True|" "$module"
}

# The lab's kernel has no datapath of Open vSwitch. kolla-ansible knows the userspace one with DPDK alone.
make_userspace_bridges() {
  sed -i 's|^\( *\)fail_mode: standalone|&\n\1set: "bridge {{ item }} datapath_type=netdev"|' \
    "$venv/share/kolla-ansible/ansible/roles/openvswitch/tasks/post-config.yml"
}

# The directory that kolla-ansible is given: the cloud's own files, linked, and its additions.
make_kolla_ansible_cloud() {
  local ansible=$venv/share/kolla-ansible/ansible
  rm -rf "$kolla_ansible_cloud"
  mkdir -p -m 700 "$kolla_ansible_cloud"/config/{rabbitmq,neutron}
  ln -s "$cloud"/{globals.yml,passwords.yml,id_ed25519} "$kolla_ansible_cloud/"
  ln -s "$cloud"/config/*.conf "$kolla_ansible_cloud/config/"
  if [[ -n $compute ]]; then
    ln -s "$cloud"/config/neutron/* "$kolla_ansible_cloud/config/neutron/"
    printf '[ovs]\ndatapath_type = netdev\n' >"$kolla_ansible_cloud/config/neutron/openvswitch_agent.ini"
  fi
  cp "$bench_home/kolla-ansible/lab.yml" "$kolla_ansible_cloud/"
  # It starts RabbitMQ's nodes one by one, and RabbitMQ 4.0 waits on its first start until two peers answer:
  # a node is told of the first one and itself.
  sed 's/{% for host in groups\[role_rabbitmq_groups\] %}/{% for host in [groups[role_rabbitmq_groups] | first, inventory_hostname] | unique %}/' \
    "$ansible/roles/rabbitmq/templates/rabbitmq.conf.j2" >"$kolla_ansible_cloud/config/rabbitmq/rabbitmq.conf"
  inventory >"$kolla_ansible_cloud/multinode"
  {
    cat "$bench_home/kolla-ansible/ansible.cfg"
    echo "ssh_common_args = -o UserKnownHostsFile=$lab_known_hosts -o StrictHostKeyChecking=yes"
  } >"$kolla_ansible_cloud/ansible.cfg"
}

# The lab's first groups, without the host that builds images, and kolla-ansible's own tree of the finer ones.
inventory() {
  awk '/^\[/ { registry = /^\[registry\]/ } !registry' "$cloud/multinode"
  echo
  echo '[deployment]'
  echo "localhost ansible_connection=local ansible_python_interpreter=$venv/bin/python"
  awk '/^\[/ { ours = /^\[(control|network|compute|monitoring|storage|deployment)\]/ } !ours' \
    "$venv/share/kolla-ansible/ansible/inventory/multinode"
}

kolla_ansible() { # VERB ARGUMENT…
  (
    cd "$kolla_ansible_cloud" # the inventory names the key relative to itself
    export PATH=$venv/bin:$PATH ANSIBLE_CONFIG=$kolla_ansible_cloud/ansible.cfg ANSIBLE_HOME=$bench_cache/ansible
    unset ANSIBLE_INVENTORY KOLLA_CONFIG_PATH
    kolla-ansible "$@" --configdir "$kolla_ansible_cloud" --inventory "$kolla_ansible_cloud/multinode" \
      --extra-vars "@$kolla_ansible_cloud/lab.yml" </dev/null
  )
}

# What kolla-ansible needs on hosts that are prepared for kolla-temporal, which needs no Python there.
prepare_for_kolla_ansible() {
  say 'kolla-ansible: Python on the hosts, its toolbox, its images'
  on_hosts install_python_modules
  make_toolbox
  quietly kolla-ansible-pull kolla_ansible pull
}

install_python_modules() { # HOST
  on_host "$1" 'python3 -c "import docker, dbus" 2>/dev/null ||
    { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends python3 python3-docker python3-dbus; }' \
    >"$run/python-$1.log" 2>&1 || fail "$1 got no Python: $(tail -n 1 "$run/python-$1.log")"
}

make_toolbox() {
  curl --silent --fail --head --output /dev/null "http://$registry/v2/$namespace/kolla-toolbox/manifests/$image_tag" && return
  say "kolla-ansible: building its toolbox on kollar (two to five minutes, once)"
  quietly toolbox build_toolbox
}

# By the recipe that built the other images, from what their build left on kollar.
build_toolbox() {
  tar --create --directory "$bench_home/kolla-ansible" toolbox.j2 |
    "$bench_home/../lab/lab" ssh kollar "$(declare -f toolbox_on_kollar); toolbox_on_kollar $image_tag"
}

toolbox_on_kollar() { # TAG < tar stream
  set -euo pipefail
  local cache=/var/cache/kolla-build
  local others=$cache/builds/$1 own=$cache/builds/toolbox
  mkdir -p "$own"
  tar --extract --directory "$own"
  sed '/^PROFILE=/d; s/^IMAGES=.*//' "$others/build.env" >"$own/build.env"
  echo 'IMAGES=(kolla-toolbox)' >>"$own/build.env"
  sed "s|$others|$own|; s|^template_override = .*|&\ntemplate_override = $own/toolbox.j2|" \
    "$others/kolla-build.conf" >"$own/kolla-build.conf"
  if grep --quiet '^ENVIRONMENT=packages-only' "$own/build.env"; then
    grep --after-context 2 '^.openstack-base.$' "$others/kolla-build.conf" |
      sed 's/openstack-base/kolla-toolbox/' >>"$own/kolla-build.conf"
  fi
  bash "$cache/recipe/build.sh" "$own"
}
