import type { ObservedPartition } from '../../model/observed-host.js'
import { sh } from '../../ssh/quote.js'
import type { Remote } from '../../ssh/remote.js'

/**
 * Makes a partition of Ceph's blank, as `is_blank` looks for it: all of it where the disk can discard, else in the
 * places where anything would be recognised. Refuses one that does not belong to the OSD of this uuid.
 */
export async function blankPartition(
  remote: Remote,
  { device, bytes }: ObservedPartition,
  osdUuid: string,
): Promise<void> {
  await remote.runOrFail(sh`device=${device} size=${bytes} uuid=${osdUuid}\n` + script, {
    title: `blank ${device}, which was of the OSD ${osdUuid}`,
  })
}

const script = `
set -o errexit
found=$(head --bytes 59 -- "$device" | tail --bytes 36)
[[ $found == "$uuid" ]] || { echo "$device belongs to '$found'" >&2; exit 1; }
blkdiscard --force --offset 1048576 -- "$device" 2>/dev/null || true
zero() { dd if=/dev/zero of="$device" bs=4096 seek="$1" count="$2" conv=notrunc,fsync status=none; }
for part in {1..15}; do zero $((size / 65536 * part)) 16; done
zero $(((size - 1048576) / 4096)) 256
zero 1 4095
# Its label last: until then it tells whose it was.
zero 0 1
udevadm settle
`
