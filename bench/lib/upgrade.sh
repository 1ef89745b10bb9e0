# shellcheck shell=bash
# To the next release and back, with somebody who asks for tokens all the while.

# The release that both contenders read, from here on.
write_release() { # RELEASE
  sed --in-place "s/^openstack_release:.*/openstack_release: \"$1\"/" "$cloud/globals.yml"
}

# As `measure`, with the probe beside it.
measure_probed() { # CONTENDER MEASURE COMMAND…
  password keystone_admin_password |
    node "$bench_home/../dist/bench/probe.js" "http://$vip:5000" "$run/$1-$2.probe.json" &
  probe=$!
  measure "$@"
  stop_probe
}

stop_probe() {
  [[ -n ${probe:-} ]] || return 0
  kill -TERM "$probe" 2>/dev/null || true
  wait "$probe" || true
  probe=
}

# What Keystone and MariaDB say of themselves on every host.
prove_release() { # CONTENDER RELEASE
  local host keystone mariadb
  case $2 in
    2025.2) keystone=28. mariadb=10.11. ;;
    2026.1) keystone=29. mariadb=11.8. ;;
  esac
  for host in "${hosts[@]}"; do
    [[ $(on_host "$host" docker exec keystone keystone-manage --version) == "$keystone"* ]] ||
      fail "$1 left $host with another Keystone than that of $2"
    [[ $(on_host "$host" docker exec mariadb mariadbd --version) == *" Ver $mariadb"* ]] ||
      fail "$1 left $host with another MariaDB than that of $2"
  done
}

bench_upgrade_ours() {
  say "kolla-temporal: the images of $old_release and $new_release, and a cloud of $old_release"
  write_release "$new_release"
  prepare_hosts
  write_release "$old_release"
  quietly build-old-images ours build
  quietly pull-old ours pull
  quietly kolla-temporal-deploy-old ours deploy
  prove_deployed kolla-temporal
  prove_release kolla-temporal "$old_release"

  measure_probed kolla-temporal upgrade ours --json upgrade "$new_release" --on-failure stop
  write_release "$new_release"
  prove_deployed kolla-temporal
  prove_release kolla-temporal "$new_release"

  measure_probed kolla-temporal rollback ours --json rollback --confirm
  write_release "$old_release"
  prove_deployed kolla-temporal
  prove_release kolla-temporal "$old_release"
}

# Its toolbox is that of the new release from the beginning: one image less to be replaced.
bench_upgrade_kolla_ansible() {
  local toolbox=(-e "kolla_toolbox_tag=$image_tag")
  say "kolla-ansible: a cloud of $old_release, by its own version for that"
  "$bench_home/clean-hosts"
  write_release "$old_release"
  local new_version=$kolla_ansible_version new_venv=$venv
  use_kolla_ansible "$old_kolla_ansible_version" "$old_venv"
  install_kolla_ansible
  make_kolla_ansible_cloud
  on_hosts install_python_modules
  make_toolbox
  quietly kolla-ansible-pull-old kolla_ansible pull "${toolbox[@]}"
  quietly kolla-ansible-deploy-old kolla_ansible deploy "${toolbox[@]}"
  prove_deployed kolla-ansible
  prove_release kolla-ansible "$old_release"

  use_kolla_ansible "$new_version" "$new_venv"
  install_kolla_ansible
  write_release "$new_release"
  make_kolla_ansible_cloud
  quietly kolla-ansible-pull kolla_ansible pull
  measure_probed kolla-ansible upgrade kolla_ansible upgrade
  prove_deployed kolla-ansible
  prove_release kolla-ansible "$new_release"
}

# From here on `kolla_ansible` is this version of it.
use_kolla_ansible() { # VERSION VENV
  kolla_ansible_version=$1 venv=$2
}
