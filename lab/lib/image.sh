# shellcheck shell=bash
# The image of a bare host: Debian by mmdebstrap, with systemd, sshd and what those need.

host_packages=(
  systemd systemd-sysv dbus udev kmod procps iproute2 ifupdown iputils-ping openssh-server
  ca-certificates
)

# Packages fetched once for all hosts, since every one of them is going to ask for them.
fetched_packages=(docker.io)

# The image's name tells what it was made of: another recipe is another image.
image_name() {
  echo "lab-host:$(recipe | sha256sum | cut -c 1-12)"
}

recipe() {
  root_recipe
  cat "$lab_home"/host/{firmware,runc}
}

root_recipe() {
  declare -f furnish_root
  echo "${host_packages[*]} $debian_suite $debian_mirror $debian_security_mirror"
  apt_settings
  find /usr/local/share/ca-certificates -name '*.crt' -exec cat {} + 2>/dev/null || true
}

# What this machine must tell apt to reach its package registries.
apt_settings() {
  apt-config dump | grep -E '^Acquire::(https?|Check-Date|Check-Valid-Until|Retries)\b.*[^:] ".+";$' || true
}

make_image() {
  local image root
  image=$(image_name)
  [[ -z $(lab_docker image ls --quiet "$image") ]] || return 0
  root=$lab_cache/root/$(root_recipe | sha256sum | cut -c 1-12)
  [[ -d $root ]] || make_root "$root"
  say 'making the image of a bare host'
  install -m 755 "$lab_home/host/runc" "$root/usr/local/sbin/runc"
  install -m 755 "$lab_home/host/firmware" "$root/usr/local/sbin/firmware"
  tar -C "$root" --numeric-owner -c . | lab_docker import - "$image" >/dev/null
  # Older images go, except those that a host still runs on.
  lab_docker image ls --format '{{.Repository}}:{{.Tag}}' lab-host | grep -vxF "$image" |
    xargs --no-run-if-empty "${engine_client[@]}" image rm >/dev/null 2>&1 || true
}

make_root() {
  local root=$1 log=$lab_cache/log/mmdebstrap.log
  mkdir -p "$lab_cache/root" "$lab_cache/log"
  rm -rf "$lab_cache"/root/* "$lab_cache/debootstrap" # which older versions of the lab have left
  say "making a bare Debian $debian_suite with mmdebstrap (half a minute)"
  apt_settings >"$lab_cache/root/apt.conf"
  # In a mount namespace of its own, so that a killed run leaves no mount behind. dpkg, then and later, need not wait for
  # the disk after every file of a host that is reset anyway.
  unshare --mount mmdebstrap --mode=root --variant=minbase --format=directory --dpkgopt=force-unsafe-io \
    --aptopt="$lab_cache/root/apt.conf" --include="$(IFS=,; echo "${host_packages[*]}")" \
    "$debian_suite" "$root.partial" "$debian_mirror" 2>&1 | tee "$log" | report_mmdebstrap ||
    fail "mmdebstrap failed: $(tail -n 1 "$log") (all of it: $log)"
  furnish_root "$root.partial"
  say 'fetching packages that every host will ask for'
  fetch_packages "$root.partial" >"$lab_cache/log/fetch.log" 2>&1 ||
    fail "apt-get failed: $(tail -n 1 "$lab_cache/log/fetch.log") (all of it: $lab_cache/log/fetch.log)"
  mv "$root.partial" "$root"
}

report_mmdebstrap() {
  local line
  while read -r line; do
    case $line in 'I: '* | 'W: '* | 'E: '*) say "  ${line#?: }" ;; esac
  done
}

furnish_root() {
  local root=$1
  cat >"$root/etc/apt/sources.list" <<LIST
deb $debian_mirror $debian_suite main
deb $debian_mirror $debian_suite-updates main
deb $debian_security_mirror $debian_suite-security main
LIST
  if [[ -d /usr/local/share/ca-certificates ]]; then
    cp -r /usr/local/share/ca-certificates "$root/usr/local/share/"
    chroot "$root" update-ca-certificates >/dev/null 2>&1
  fi
  # Every host gets its own identity: these are made at first boot, or put in place by the lab.
  : >"$root/etc/machine-id"
  rm -f "$root/var/lib/dbus/machine-id" "$root"/etc/ssh/ssh_host_*
  # Interfaces are named by the lab's cables, and there is no console to log in at.
  ln -sf /dev/null "$root/etc/systemd/network/99-default.link"
  ln -sf /dev/null "$root/etc/systemd/system/console-getty.service"
  ln -sf /dev/null "$root/etc/systemd/system/getty.target"
}

fetch_packages() {
  local root=$1
  mkdir -p "$lab_cache/apt/seed"
  copy_resolver "$root/etc/resolv.conf"
  chroot "$root" apt-get clean
  chroot "$root" apt-get update -q
  chroot "$root" apt-get install -yq --no-install-recommends --download-only "${fetched_packages[@]}"
  mv "$root"/var/cache/apt/archives/*.deb "$lab_cache/apt/seed/"
}

# The machine's name servers; behind a local stub, those that the stub asks.
copy_resolver() {
  local source=/etc/resolv.conf
  if grep -Eq '^nameserver\s+(127\.|::1)' "$source" && [[ -e /run/systemd/resolve/resolv.conf ]]; then
    source=/run/systemd/resolve/resolv.conf
  fi
  grep -E '^(nameserver|options)' "$source" >"$1"
}
