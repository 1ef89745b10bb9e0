import { backupVolume, lineageFile, preparedMark } from '../catalog/mariabackup.js'
import { preparedVolume, replacedVolume } from '../catalog/mariabackup.js'
import type { Backup } from '../plan/backup.js'
import { sh } from '../ssh/quote.js'
import type { Remote } from '../ssh/remote.js'

const folderOf = `docker version >/dev/null || exit 1
folder_of() { docker volume inspect -f '{{.Mountpoint}}' "$1" 2>/dev/null; }
`

/** The backups that a host's volume holds; those that were cut short have no note and are not among them. */
export async function listBackups(remote: Remote): Promise<Backup[]> {
  const { stdout } = await remote.runOrFail(
    sh`volume=${backupVolume}\n` +
      `${folderOf}
folder=$(folder_of "$volume") || exit 0
for note in "$folder"/*/note; do [ ! -e "$note" ] || { cat -- "$note"; echo; }; done`,
    { title: 'list the backups' },
  )
  return stdout
    .split('\n\n')
    .filter((note) => note.trim() !== '')
    .map((note) => parseNote(remote.host, note))
}

export function parseNote(host: string, note: string): Backup {
  const fields = new Map(
    note.split('\n').map((line) => [line.split('=')[0] ?? '', line.replace(/^[^=]*=/, '')]),
  )
  const field = (name: string) => fields.get(name) ?? ''
  const base = field('base')
  return {
    id: field('id'),
    host,
    kind: base === '' ? 'full' : 'incremental',
    ...(base !== '' && { base }),
    at: field('at'),
    version: field('version'),
    image: field('image'),
    lineage: field('lineage'),
    bytes: Number(field('bytes')),
  }
}

/** Removes backups; none of them may be what another one continues. */
export async function removeBackups(remote: Remote, ids: readonly string[]): Promise<void> {
  await remote.runOrFail(
    sh`volume=${backupVolume} ids=(${ids})\n` +
      `${folderOf}
folder=$(folder_of "$volume") || exit 0
cd -- "$folder" && rm -rf -- "\${ids[@]}"`,
    { title: `remove the backups ${ids.join(', ')}` },
  )
}

/** What a member's data are: their lineage (empty where no backup was taken of them yet), their size, and room left. */
export async function inspectData(
  remote: Remote,
  volume: string,
): Promise<{ lineage: string; dataBytes: number; freeBytes: number }> {
  const { stdout } = await remote.runOrFail(
    sh`volume=${volume} file=${lineageFile}\n` +
      `${folderOf}
folder=$(folder_of "$volume") || exit 0
du -sb -- "$folder" | cut -f1
df --output=avail -B1 -- "$folder" | tail -n 1
[ ! -e "$folder/$file" ] || cat -- "$folder/$file"`,
    { title: "look at the member's data" },
  )
  const [dataBytes, freeBytes, lineage = ''] = stdout.trim().split('\n')
  return { lineage: lineage.trim(), dataBytes: Number(dataBytes), freeBytes: Number(freeBytes) }
}

/**
 * Takes a stopped member's data out of their volume, into `mariadb_replaced`, and puts the prepared ones in their
 * place, if asked. By renames alone; may be killed and repeated. `turn` names the occasion: what was done for it is not
 * done again. What an earlier occasion had set aside is removed.
 */
export async function replaceData(
  remote: Remote,
  volume: string,
  { turn, prepared }: { readonly turn: string; readonly prepared: boolean },
): Promise<void> {
  await remote.runOrFail(
    sh`volume=${volume} away=${replacedVolume} ready=${preparedVolume} turn=${turn} mark=${preparedMark} prepared=${prepared ? 'yes' : ''}\n` +
      replace,
    { title: `set the data of ${remote.host} aside` },
  )
}

/** Whether `replaceData` has come to its end on this occasion. */
export async function isReplaced(remote: Remote, turn: string): Promise<boolean> {
  const { stdout } = await remote.runOrFail(
    sh`away=${replacedVolume}\n` +
      `${folderOf}
away=$(folder_of "$away") || exit 0
cat -- "$away/.turn" 2>/dev/null || true`,
    { title: `look for what was set aside on ${remote.host}` },
  )
  return stdout.trim() === `${turn} done`
}

const replace = `set -o errexit -o pipefail
${folderOf}
docker volume create "$away" >/dev/null
data=$(folder_of "$volume")
away=$(folder_of "$away")
ready=$(folder_of "$ready") || ready=
state=$(cat "$away/.turn" 2>/dev/null) || true
tell() { echo "$turn $1" >"$away/.turn.new"; mv "$away/.turn.new" "$away/.turn"; }
[ "$state" != "$turn done" ] || exit 0
if [ "\${state% *}" != "$turn" ]; then
  [ -z "$prepared" ] || [ -e "$ready/$mark" ] || { echo "no prepared data" >&2; exit 1; }
  find "$away" -mindepth 1 -delete
  tell clearing
fi
if [ "$(cat "$away/.turn")" = "$turn clearing" ]; then
  find "$data" -mindepth 1 -maxdepth 1 -exec mv -t "$away" -- {} +
  tell filling
fi
if [ "$prepared" ]; then
  find "$ready" -mindepth 1 -maxdepth 1 ! -name "$mark" -exec mv -t "$data" -- {} +
  rm -f -- "$ready/$mark"
fi
tell 'done'
`
