#!/bin/bash
# Makes the smallest guest that shows a cloud at work, of Debian's packages alone: a raw disk of 22 MiB with Debian's cloud
# kernel and busybox. README.md tells what it does.
#
#   build.sh FILE    as root on Debian; downloads what it needs, and installs the tools that make a disk
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
disk=$(realpath -m "${1:?usage: build.sh FILE}")
work=$(mktemp --directory)
trap 'rm -rf "$work"' EXIT

# In the order in which they are loaded. A sender's checksums left to the card are lost on a userspace datapath.
modules='virtio_ring
virtio
virtio_pci_legacy_dev
virtio_pci_modern_dev
virtio_pci
failover
net_failover
virtio_net csum=0 gso=0
virtio_blk
evdev
button'

# The partition begins where sfdisk would put it, 1 MiB into the disk.
mebibytes=22 begin=$((1024 * 1024))

tools() {
  apt-get update
  DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends \
    cpio dosfstools fdisk mtools syslinux syslinux-common xz-utils
}

# Unpacked, not installed: a build host needs neither the kernel nor its hooks.
parts() {
  local kernel
  kernel=$(apt-cache depends linux-image-cloud-amd64 | sed -n 's/^ *Depends: \(linux-image-[^ ]*\)$/\1/p')
  (cd "$work" && apt-get download --option APT::Sandbox::User=root "$kernel" busybox-static)
  for package in "$work"/*.deb; do
    dpkg --extract "$package" "$work/parts"
  done
}

ramdisk() { # FILE
  local root=$work/ramdisk module
  # /bin is a part of /usr from trixie on.
  install -D "$(find "$work/parts" -path '*/bin/busybox')" "$root/bin/busybox"
  install "$here/init" "$root/init"
  install -D "$here/lease" "$root/etc/lease"
  mkdir "$root/modules"
  while read -r module _; do
    find "$work/parts" -name "$module.ko*" -exec cp --target-directory "$root/modules" {} +
  done <<<"$modules"
  find "$root/modules" -name '*.xz' -exec xz --decompress {} +
  echo "$modules" >"$root/modules/order"
  (cd "$root" && find . -print0 | LC_ALL=C sort --zero-terminated | cpio --null --create --format newc --owner 0:0 --quiet) |
    gzip -9 --no-name >"$1"
}

# MBR, one active FAT16 partition, syslinux.
disk() { # FILE
  local mtools=$1@@$begin
  truncate --size 0 "$1"
  truncate --size "${mebibytes}M" "$1"
  echo "$((begin / 512)),,6,*" | sfdisk --quiet --label dos "$1"
  dd if=/usr/lib/syslinux/mbr/mbr.bin of="$1" bs=440 count=1 conv=notrunc status=none
  mkfs.fat -F 16 --offset $((begin / 512)) -n GUEST "$1" $(((mebibytes - 1) * 1024))
  syslinux --install --offset "$begin" "$1"
  mcopy -i "$mtools" "$here/syslinux.cfg" ::
  mcopy -i "$mtools" "$work/ramdisk.gz" ::ramdisk.gz
  mcopy -i "$mtools" "$work"/parts/boot/vmlinuz-* ::vmlinuz
}

tools
parts
ramdisk "$work/ramdisk.gz"
disk "$work/disk.raw"
mkdir -p "$(dirname "$disk")"
mv "$work/disk.raw" "$disk"
echo "$disk: $(stat --format %s "$disk") bytes"
