# shellcheck shell=bash
# One host: from a bare image to a machine that answers on ssh, and its power switch.

has_host() {
  [[ -n $(lab_docker container ls --all --quiet --filter "name=^$1$") ]]
}

is_running() {
  [[ $(lab_docker inspect --format '{{.State.Running}}' "$1" 2>/dev/null) == true ]]
}

# Brings a host up as it was; one that does not exist yet (or whose reset was interrupted) comes up bare.
raise_host() {
  local host=$1
  if ! has_host "$host"; then
    remove_host "$host"
    throw_away_data "$host"
    make_bare "$host"
  elif [[ $(lab_docker inspect --format '{{.Config.Image}}' "$host") != "$(image_name)" ]]; then
    say "$host was made from an older image; 'lab/lab reset $host' renews it"
  fi
  power_on "$host"
}

reset_host() {
  remove_host "$1"
  throw_away_data "$1"
  make_bare "$1"
  power_on "$1"
}

# The same, but the engine that will be installed there finds the images that the last one has pulled.
reset_host_with_images() {
  remove_host "$1"
  throw_away_containers "$1"
  make_bare "$1"
  power_on "$1"
}

# The host, and one that was not completed.
remove_host() {
  lab_docker rm --force "$1" "$1-new" >/dev/null 2>&1 || true
}

# A new host under its final name only when it is complete.
make_bare() {
  local host=$1 network loops kept
  blank_disks "$host"
  while read -r network; do restore_cable "$host" "$network"; done < <(networks_of "$host")
  mapfile -t loops < <(loops_of "$host")
  mapfile -t kept < <(kept_directories "$host")
  lab_docker create --pull never --name "$host-new" --hostname "$host" --network none \
    --privileged --cgroupns private --stop-signal SIGRTMIN+3 --restart on-failure:5 \
    --memory "$(memory_of "$host")" --memory-swap "$(memory_of "$host")" \
    --volume "$host-docker:/var/lib/docker" "${kept[@]}" \
    "$(image_name)" /usr/local/sbin/firmware "${loops[@]}" >/dev/null
  own_files "$host" | lab_docker cp - "$host-new:/"
  lab_docker rename "$host-new" "$host"
}

# An engine's data are hundreds of thousands of files: out of the way at once, deleted when nobody waits (empty_trash).
# The lab's engine mounts its data directory upon itself: only within that is a move a rename.
trash=$engine_home/data/trash

throw_away_data() {
  local data
  data=$(data_of "$1") || return 0
  mv "$data" "$(new_trash "$1")"
  lab_docker volume rm --force "$1-docker" >/dev/null
}

# What an engine that is off has kept beside its images: containers with their layers, volumes, networks.
throw_away_containers() {
  local data away mount layer directory
  data=$(data_of "$1") || return 0
  away=$(new_trash "$1")
  for mount in "$data"/image/overlay2/layerdb/mounts/*/; do
    # What a build had under way has no init-id.
    for layer in $(grep --no-filename --no-messages . "$mount"mount-id "$mount"init-id); do
      [[ ! -d $data/overlay2/$layer ]] || mv "$data/overlay2/$layer" "$away"
    done
    rm -rf "$mount"
  done
  for directory in containers volumes network; do
    [[ ! -e $data/$directory ]] || mv "$data/$directory" "$away"
  done
}

# The directory of a host's engine. Fails where the host never was.
data_of() {
  lab_docker volume inspect --format '{{.Mountpoint}}' "$1-docker" 2>/dev/null
}

new_trash() {
  mkdir -p "$trash"
  mktemp -d "$trash/$1.XXXXXX"
}

# Only what lies there now: the next reset may throw something in while this goes on.
empty_trash() {
  mkdir -p "$lab_cache/log"
  outlive "$lab_cache/log/trash.log" nice rm -rf "$trash"/* &
}

# Directories that outlive a reset: apt's downloads everywhere; on kollar the registry's images and
# what builds have fetched. Each host has apt's directory for itself, because apt locks it; packages
# that another host already has are linked in.
kept_directories() {
  local host=$1
  mkdir -p "$lab_cache/apt/$host/partial"
  cp --link --no-clobber "$lab_cache"/apt/*/*.deb "$lab_cache/apt/$host/" 2>/dev/null || true
  echo "--volume=$lab_cache/apt/$host:/var/cache/apt/archives"
  [[ $host != kollar ]] || {
    mkdir -p "$lab_cache/registry" "$lab_cache/build"
    echo "--volume=$lab_cache/registry:/var/lib/registry"
    echo "--volume=$lab_cache/build:/var/cache/kolla-build"
  }
}

# What makes the image this host, as a tar stream: names, addresses, keys, rules for its disks.
own_files() (
  host=$1
  files=$(mktemp -d)
  trap 'rm -rf "$files"' EXIT
  cd "$files"
  mkdir -p etc/network etc/ssh etc/udev/rules.d root/.ssh
  chmod 700 root/.ssh
  echo "$host" >etc/hostname
  tr -d - </proc/sys/kernel/random/uuid >etc/machine-id
  printf '127.0.0.1\tlocalhost\n127.0.1.1\t%s\n' "$host" >etc/hosts
  copy_resolver etc/resolv.conf
  interfaces "$host" >etc/network/interfaces
  disk_rules "$host" >etc/udev/rules.d/10-lab-disks.rules
  late_disk_rules "$host" >etc/udev/rules.d/99-lab-disks.rules
  install -m 600 "$(host_key "$host")" etc/ssh/ssh_host_ed25519_key
  install -m 644 "$(host_key "$host").pub" etc/ssh/ssh_host_ed25519_key.pub
  install -m 600 "$operator_key.pub" root/.ssh/authorized_keys
  tar --owner=0 --group=0 -c etc root
)

interfaces() {
  local host=$1
  cat <<STANZA
auto lo
iface lo inet loopback

auto eth0
iface eth0 inet static
    address ${management_address[$host]}/24
    gateway $gateway
STANZA
  [[ -n ${storage_address[$host]:-} ]] || return 0
  cat <<STANZA

auto eth1
iface eth1 inet static
    address ${storage_address[$host]}/24

auto eth2
iface eth2 inet manual
    pre-up echo 1 > /proc/sys/net/ipv6/conf/eth2/disable_ipv6
    up ip link set eth2 up
STANZA
}

# udev makes no device nodes by itself: it counts on devtmpfs, which a host does not have.
disk_rules() {
  local loop index=0
  while read -r loop; do
    cat <<RULES
KERNEL=="$loop", SYMLINK+="${disk_names[index]}"
KERNEL=="${loop}p*", ACTION=="add|remove", PROGRAM=="/bin/rm -f /dev/%k"
KERNEL=="${loop}p*", ACTION!="remove", PROGRAM=="/bin/mknod -m 660 /dev/%k b %M %m"
KERNEL=="${loop}p*", SYMLINK+="${disk_names[index]}%n"
RULES
    index=$((index + 1))
  done < <(loops_of "$1")
}

# The kernel may be one that reads no GPT: partitions are made from the table by partx, and nobody
# asks the kernel to read the table again, since it would only forget them.
late_disk_rules() {
  local loop others='SUBSYSTEM=="block"'
  while read -r loop; do
    echo "KERNEL==\"$loop\", ACTION!=\"remove\", OPTIONS+=\"nowatch\", RUN+=\"/usr/bin/partx --update /dev/%k\""
    others+=", KERNEL!=\"$loop|${loop}p*\""
  done < <(loops_of "$1")
  echo "$others, SYMLINK=\"\""
}

# Also right for a host that is on: then it only has to answer.
power_on() {
  lab_docker start "$1" >/dev/null
  wait_for_boot "$1"
  say "$1 is up"
}

# The power goes, and with it everything that was not yet on disk in the host's processes.
power_off() {
  ! is_running "$1" || lab_docker kill "$1" >/dev/null
  say "$1 is off"
}

reboot_host() {
  lab_docker restart --time 120 "$1" >/dev/null
  wait_for_boot "$1"
  say "$1 has rebooted"
}

# A host whose management cable is pulled can't be asked.
wait_for_boot() {
  if cut_networks "$1" | grep -qx management; then
    say "$1 is cut from the management network: not waiting for its sshd"
  else
    wait_for_ssh "$1"
  fi
}
