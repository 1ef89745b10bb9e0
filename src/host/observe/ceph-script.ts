import { fsidFile, poolsFile } from '../../model/observed-host.js'
import { sh } from '../../ssh/quote.js'

/** What to look for: the operator's disks and whatever is labelled; a monitor. */
export interface CephQuestions {
  /** Of the cluster whose OSDs count. */
  readonly fsid: string
  readonly disks?: readonly string[]
  readonly monitor?: boolean
}

/**
 * Bash that tells a host's disks and a monitor's volumes, in lines of `key=value` after a line that names a device.
 * Signatures are read from the disks themselves (`blkid --probe`), since udev's memory of them may be old. Nothing that
 * it prints is secret: of BlueStore's label, which holds the OSD's key, only a few fields are named.
 */
export function cephScript({ disks, monitor = false }: Omit<CephQuestions, 'fsid'>): string {
  return [
    ...(disks ? [lookAtDisks, sh`section ceph-disks; look_at_disks ${disks}`] : []),
    ...(monitor ? [lookAtMonitor, 'section ceph-monitor; look_at_monitor'] : []),
  ].join('\n')
}

/**
 * BlueStore's label, as of Ceph 10: 24 and 37 bytes of text, then in Ceph's encoding a version, uuid, size, time, what
 * the device is for, and a map of texts, each with four bytes of length before it.
 */
const bluestoreLabel = `
{
  for (i = 1; i <= NF; i++) text = text ($i >= 32 && $i < 127 ? sprintf("%c", $i) : "?")
  print "bluestore=" substr(text, 24, 36)
  print "role=" substr(text, 103, $99)
  split("ceph_fsid whoami ready", keys, " ")
  for (k = 1; k <= 3; k++) {
    at = index(text, keys[k] "")
    while (at && $(at - 4) != length(keys[k])) {
      next_at = index(substr(text, at + 1), keys[k])
      at = next_at ? at + next_at : 0
    }
    from = at + length(keys[k])
    if (at) print keys[k] "=" substr(text, from + 4, $from + 256 * $(from + 1))
  }
}
`

const lookAtDisks =
  sh`bluestore_label=${bluestoreLabel}` +
  `
look_at_disks() {
  local -A parents=() lines=() ours=() probed=()
  local name device line KNAME TYPE PKNAME SIZE RO SERIAL MOUNTPOINT swaps=$'\\n'$(</proc/swaps)
  hash sfdisk 2>/dev/null || echo missing=sfdisk
  for name in "$@"; do
    device=$(readlink -e -- "$name") && [[ -b $device ]] || device=
    echo "named=$name $device"
    [[ -z $device ]] || ours[$device]=1
  done
  while read -r line; do
    eval "$line" # lsblk quotes for that
    [[ $TYPE =~ ^(disk|loop|part)$ ]] || continue
    lines[$KNAME]=$line parents[$KNAME]=\${PKNAME:-none}
    [[ $PKNAME || ! -b $KNAME ]] || echo "whole=$KNAME $SIZE $SERIAL"
  done < <(lsblk --pairs --bytes --paths --output KNAME,TYPE,PKNAME,SIZE,RO,SERIAL,MOUNTPOINT)
  for device in "\${!lines[@]}"; do
    [[ \${parents[$device]} != none ]] || continue
    probed[$device]=$(blkid --probe --output export "$device")
    [[ \${probed[$device]} != *PART_ENTRY_NAME=KOLLA_CEPH_* ]] || ours[\${parents[$device]}]=1
  done
  for device in "\${!lines[@]}"; do
    [[ \${ours[$device]-}\${ours[\${parents[$device]}]-} ]] || continue
    look_at_device "$device" "\${probed[$device]-$(blkid --probe --output export "$device")}" "\${lines[$device]}"
  done
}

look_at_device() {
  local device=$1 probed=$2 blank= holder line KNAME TYPE PKNAME SIZE RO SERIAL MOUNTPOINT
  eval "$3"
  echo "device=$device"
  echo "parent=$PKNAME"
  echo "bytes=$SIZE"
  echo "serial=$SERIAL"
  [[ $RO == 0 ]] || echo 'use=read-only'
  [[ -z $MOUNTPOINT ]] || echo "use=mounted on $MOUNTPOINT"
  for holder in /sys/class/block/"\${device##*/}"/holders/*; do
    [[ ! -e $holder ]] || echo "use=in use by \${holder##*/}"
  done
  [[ $swaps != *$'\\n'"$device "* ]] || echo 'use=swap'
  if ! [[ $probed == *$'\\n'TYPE=* || $MOUNTPOINT ]]; then
    # What is not blank now may have been given its signature since.
    is_blank "$device" "$SIZE" && blank=yes || { blank=no; probed=$(blkid --probe --output export "$device"); }
  fi
  while read -r line; do
    [[ ! $line =~ ^(TYPE|PTTYPE|PTUUID|PART_ENTRY_NAME|PART_ENTRY_UUID)= ]] || echo "$line"
  done <<<"$probed"
  if [[ $probed == *$'\\n'TYPE=ceph_bluestore* ]]; then
    od --read-bytes=4096 --address-radix=n --output-duplicates --format=u1 --width=4096 "$device" |
      awk "$bluestore_label"
  elif [[ $blank ]]; then
    echo "blank=$blank"
  fi
}

# The beginning, the end, and a look here and there between them.
is_blank() {
  local part
  cmp --silent --bytes=4194304 "$1" /dev/zero || return 1
  cmp --silent --bytes=1048576 --ignore-initial="$(($2 - 1048576)):0" "$1" /dev/zero || return 1
  for part in {1..15}; do
    cmp --silent --bytes=65536 --ignore-initial="$(($2 / 65536 * part * 4096)):0" "$1" /dev/zero || return 1
  done
}
`

/** `docker` holds version and data folder of the engine, where there is one. */
const lookAtMonitor = `
look_at_monitor() {
  local volumes=\${docker[1]-}/volumes host keys=none file found=0
  host=$(</proc/sys/kernel/hostname)
  local data=$volumes/ceph_mon/_data/mon/ceph-\${host%%.*} config=$volumes/ceph_mon_config/_data
  # One under another name is somebody else's.
  for file in "$volumes"/ceph_mon/_data/mon/ceph-*; do [[ -e $data || ! -e $file ]] || data=$file; done
  [[ ! -d $config ]] || keys=broken
  for file in ceph.mon.keyring ceph.client.admin.keyring; do
    ! grep -qsE '^[[:space:]]*key = [A-Za-z0-9+/]{38}==$' "$config/$file" || found=$((found + 1))
  done
  ((found < 2)) || keys=complete
  echo "keys=$keys"
  [[ ! -f $config/${poolsFile} ]] || echo "pools=$(<"$config/${poolsFile}")"
  [[ ! -d $data ]] || echo "made=$(cat "$data/${fsidFile}" 2>/dev/null)"
  # Ceph writes these when the monitor is in a quorum for the first time.
  [[ ! -e $data/external_log_to && ! -e $data/min_mon_release ]] || echo joined=yes
}
`
