import type { ObservedDisk } from '../../model/observed-host.js'
import { leastJournal } from '../../plan/ceph/disk-state.js'
import type { Opener } from '../../plan/ceph/wipe.js'
import { raw, sh } from '../../ssh/quote.js'
import type { Remote } from '../../ssh/remote.js'

/** Processes, in containers too, that have a disk or one of its partitions open. */
export async function openersOf(remote: Remote, disk: ObservedDisk): Promise<Opener[]> {
  // A device that udev has made anew since is the same disk under a name that the kernel calls deleted.
  const names = [disk, ...disk.partitions].flatMap(({ device }) => [device, `${device} (deleted)`])
  const devices = names.flatMap((name) => ['-o', '-lname', name])
  const { stdout } = await remote.runOrFail(
    sh`find /proc/[0-9]*/fd ${raw('\\(')} -false ${devices} ${raw('\\)')} -printf ${'%h\n'} 2>/dev/null | sort -u |
while IFS=/ read -r _ _ pid _; do echo "$pid $(</proc/"$pid"/comm)"; done 2>/dev/null
exit 0`,
    { title: `look who uses ${disk.device}` },
  )
  return stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => {
      const [pid = '', ...name] = line.split(' ')
      return { pid: Number(pid), name: name.join(' ') }
    })
}

/**
 * Makes a whole disk blank, as `is_blank` looks for it: all of it where the disk can discard, else in the places where
 * anything would be recognised, those of its partitions and of ours that may come too. Whoever calls has looked at it just before; one that is in
 * use is refused by the kernel. May be killed and repeated: what tells of the partitions goes last.
 */
export async function wipeDisk(remote: Remote, { device, bytes }: ObservedDisk): Promise<void> {
  await remote.runOrFail(sh`disk=${device} size=${bytes}\n` + script, { title: `wipe ${device}` })
}

/** Journals that a wiped disk may be divided into: a disk that can't discard serves no more OSDs. */
const mostJournals = 12

const script = `
set -o errexit
[[ $(blockdev --getsize64 "$disk") == "$size" ]] || { echo "$disk is another disk by now" >&2; exit 1; }
zero() { dd if=/dev/zero of="$disk" bs=1M seek="$1" count="$2" iflag=count_bytes oflag=seek_bytes conv=notrunc,fsync status=none; }
# Where anything is recognised of what begins at $1 and has $2 bytes; its beginning last.
zero_places() {
  local part
  (($2 >= 16777216)) || { zero "$1" "$2"; return; }
  for part in {1..15}; do zero $(($1 + $2 / 65536 * part * 4096)) 65536; done
  zero $(($1 + $2 - 1048576)) 1048576
  zero "$1" 4194304
}
# A partition is looked at in other places than its disk: those that a deploy may make must be blank in theirs.
zero_ours() {
  local mib=1048576 end count each number
  ((size >= ${leastJournal})) || return 0
  # Where a second table begins. Not every sfdisk has a partition that takes all end at a whole MiB.
  end=$((size - 16384 - $(blockdev --getss "$disk")))
  zero_places $mib $((end / mib * mib - mib))
  zero_places $mib $((end - mib))
  for ((count = 2; count <= ${mostJournals}; count++)); do
    each=$(((size / mib - 2) / count * mib))
    ((each >= ${leastJournal})) || break
    for ((number = 0; number < count; number++)); do zero_places $((mib + number * each)) $each; done
  done
}
# The table itself tells of partitions, whether or not the kernel knows them.
parts=$(partx --show --noheadings --output START,SECTORS "$disk" 2>/dev/null || true)
partx --delete "$disk" 2>/dev/null || true
udevadm settle
# Opens it for itself alone: fails where a partition is still in use.
wipefs --all --no-act "$disk" >/dev/null || { partx --add "$disk" 2>/dev/null; exit 1; }
while read -r start sectors; do
  [[ -z $start ]] || zero_places $((start * 512)) $((sectors * 512))
done <<<"$parts"
blkdiscard "$disk" 2>/dev/null </dev/null || true
zero_ours
zero_places 0 "$size"
wipefs --quiet --all "$disk"
udevadm settle
`
