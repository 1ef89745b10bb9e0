import { randomBytes } from 'node:crypto'
import type { Table } from '../../plan/ceph/table.js'
import { tableId } from '../../plan/ceph/labels.js'
import { sh } from '../../ssh/quote.js'
import type { Remote } from '../../ssh/remote.js'

const mib = 2 ** 20

/** For sfdisk: a table of ours whose partitions share the disk. One MiB at each end is the table's own. */
function tableScript({ label, parts, bytes }: Table, id: string): string {
  const each = Math.floor((bytes / mib - 2) / parts)
  const partition = parts === 1 ? `name=${label}` : `size=${each}MiB, name=${label}`
  const lines = ['label: gpt', `label-id: ${id}`, ...Array<string>(parts).fill(partition)]
  return lines.join('\n') + '\n'
}

/**
 * Writes a disk's partition table and has kernel and udev know it. Whoever calls has looked at the disk just before;
 * sfdisk itself refuses one that is in use.
 */
export async function labelDisk(remote: Remote, table: Table): Promise<void> {
  const id = tableId(randomBytes(6).toString('hex'))
  await remote.runOrFail(sh`disk=${table.device} table=${tableScript(table, id)}\n` + script, {
    title: `label ${table.name} as ${table.label}`,
  })
}

/**
 * A run that ends meanwhile lets sfdisk come to its end: a table is five writes to the disk, each waited for, and half a
 * table is data that nobody knows. Partitions are told to the kernel one by one: not every kernel reads a GPT by itself.
 * For an event of udev's that got lost `udevadm trigger --settle` waits without end, hence its minute.
 */
const script = `
set -o errexit
hash sfdisk || { echo 'sfdisk is missing: run bootstrap-servers' >&2; exit 1; }
trap '' TERM
sfdisk --quiet --wipe never --wipe-partitions never --no-tell-kernel "$disk" <<<"$table"
trap - TERM
partx --delete "$disk" 2>/dev/null || true
partx --add "$disk" 2>/dev/null || partx --update "$disk"
timeout 60 udevadm trigger --settle --subsystem-match=block --parent-match="$(udevadm info --query=path --name="$disk")" || true
udevadm settle
`
