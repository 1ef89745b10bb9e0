# shellcheck shell=bash
# The hosts' blank disks: sparse files behind loop devices of fixed numbers.

disk_file() {
  echo "$lab_cache/disks/$1-$2.img"
}

attach_disks() {
  local host=$1 loop index=0 file backing
  mkdir -p "$lab_cache/disks"
  while read -r loop; do
    file=$(disk_file "$host" "${disk_names[index]}")
    [[ -e $file ]] || truncate -s "${disk_sizes[index]}" "$file"
    [[ -b /dev/$loop ]] || mknod -m 660 "/dev/$loop" b 7 "${loop#loop}"
    backing=$(cat "/sys/block/$loop/loop/backing_file" 2>/dev/null || true)
    if [[ -z $backing ]]; then
      losetup --partscan "/dev/$loop" "$file"
    elif [[ ! $backing -ef $file ]]; then
      fail "/dev/$loop, a disk of $host, is in use for $backing: free it with 'losetup -d /dev/$loop', or choose others with KOLLA_LAB_FIRST_LOOP"
    fi
    index=$((index + 1))
  done < <(loops_of "$host")
}

detach_disks() {
  local loop
  while read -r loop; do
    [[ -e /sys/block/$loop/loop/backing_file ]] || continue
    partx --delete "/dev/$loop" 2>/dev/null || true
    losetup --detach "/dev/$loop"
  done < <(loops_of "$1")
}

# Everything on the disks is gone, and so are their partitions.
blank_disks() {
  local loop
  while read -r loop; do
    partx --delete "/dev/$loop" 2>/dev/null || true
    blkdiscard --force "/dev/$loop" 2>/dev/null || fail "could not blank /dev/$loop, a disk of $1"
    blockdev --flushbufs "/dev/$loop"
  done < <(loops_of "$1")
}

# A host's disks on other ports, as after a change of controllers: each has the other's name from now on.
swap_disks() {
  local host=$1 one other
  one=$(disk_file "$host" "$2") other=$(disk_file "$host" "$3")
  detach_disks "$host"
  mv "$one" "$one.swap"
  mv "$other" "$one"
  mv "$one.swap" "$other"
  attach_disks "$host"
}

# A new, blank disk in the place of one.
renew_disk() {
  detach_disks "$1"
  rm "$(disk_file "$1" "$2")"
  attach_disks "$1"
}
