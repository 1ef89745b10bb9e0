import { backupVolume, lineageFile, preparedMark, restoredMark } from '../catalog/mariabackup.js'
import { preparedVolume, replacedVolume } from '../catalog/mariabackup.js'
import type { ObservedDatabase } from '../model/observed-host.js'
import type { Backup } from '../plan/backup.js'
import { sh } from '../ssh/quote.js'
import type { Remote } from '../ssh/remote.js'
import { lookAtDatabase, parseDatabase } from './observe/database.js'
import { runOnVolumes } from './volume.js'

/** The backups that a host's volume holds; those that were cut short have no note and are not among them. */
export async function listBackups(remote: Remote): Promise<Backup[]> {
  const stdout = await runOnVolumes(
    remote,
    sh`find_folder ${backupVolume}` +
      `
[ -n "$folder" ] || exit 0
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
    ...(fields.has('raw') && { rawBytes: Number(field('raw')) }),
  }
}

/** Removes backups; none of them may be what another one continues. */
export async function removeBackups(remote: Remote, ids: readonly string[]): Promise<void> {
  await runOnVolumes(
    remote,
    sh`ids=(${ids}); find_folder ${backupVolume}` +
      `
[ -n "$folder" ] || exit 0
cd -- "$folder" && rm -rf -- "\${ids[@]}"`,
    { title: `remove the backups ${ids.join(', ')}` },
  )
}

/** What a member's data are, how large, and how much room there is beside them. In bytes. */
export interface MemberData extends Pick<ObservedDatabase, 'data' | 'cluster' | 'restored'> {
  /** See `Backup.lineage`; empty where no backup was taken of them yet. */
  readonly lineage: string
  readonly dataBytes: number
  /** Where they lie, or would. */
  readonly freeBytes: number
  /** Of what was set aside on earlier occasions. */
  readonly asideBytes: number
  /** Where they would be set aside, if that is another file system. */
  readonly asideFreeBytes?: number
}

export async function inspectData(remote: Remote, volume: string): Promise<MemberData> {
  const stdout = await runOnVolumes(
    remote,
    sh`volume=${volume} away=${replacedVolume} file=${lineageFile}\n` + lookAtDatabase + sizes,
    { title: "look at the member's data" },
  )
  const lines = stdout.split('\n')
  const { data, cluster, restored } = parseDatabase(lines).database
  const seen = new Map(lines.map((line) => [line.split('=')[0] ?? '', line.replace(/^[^=]*=/, '')]))
  const bytes = (key: string) => Number(seen.get(key) ?? 0)
  return {
    ...{ data, cluster, restored },
    lineage: seen.get('lineage') ?? '',
    dataBytes: bytes('bytes'),
    freeBytes: bytes('free'),
    asideBytes: bytes('aside-bytes'),
    ...(seen.has('aside-free') && { asideFreeBytes: bytes('aside-free') }),
  }
}

const sizes = `
find_folder "$away"
away=$folder
find_folder "$volume"
look_at_database "$folder" '' '' "$away"
root=$(docker info --format '{{.DockerRootDir}}')
bytes_of() { du -sb -- "$1" | cut -f1; }
free_of() { df --output=avail -B1 -- "$1" | tail -n 1; }
[ -z "$folder" ] || echo "bytes=$(bytes_of "$folder")"
echo "free=$(free_of "\${folder:-$root}")"
[ -z "$away" ] || echo "aside-bytes=$(bytes_of "$away")"
[ "$(stat -c %d -- "\${folder:-$root}")" = "$(stat -c %d -- "\${away:-$root}")" ] || echo "aside-free=$(free_of "\${away:-$root}")"
[ ! -e "$folder/$file" ] || echo "lineage=$(<"$folder/$file")"
`

/**
 * Takes a stopped member's data out of their volume, into a folder of `mariadb_replaced`, and puts the prepared ones in
 * their place, if asked. May be killed and repeated. `turn` names the occasion and the folder: what was done for it is
 * not done again. Nothing that an earlier occasion has set aside is touched; one that was cut short is first brought to
 * its end.
 */
export async function replaceData(
  remote: Remote,
  volume: string,
  {
    turn,
    prepared,
    signal,
  }: { readonly turn: string; readonly prepared: boolean; readonly signal?: AbortSignal },
): Promise<void> {
  await runOnVolumes(
    remote,
    sh`volume=${volume} away=${replacedVolume} ready=${preparedVolume} turn=${turn}
mark=${preparedMark} restored=${restoredMark} prepared=${prepared ? 'yes' : ''}\n` + replace,
    { title: `set the data of ${remote.host} aside`, ...(signal && { signal }) },
  )
}

/** Whether `replaceData` has come to its end on this occasion. */
export async function isReplaced(remote: Remote, turn: string): Promise<boolean> {
  const stdout = await runOnVolumes(
    remote,
    sh`find_folder ${replacedVolume}; cat -- "$folder/"${turn}/state 2>/dev/null || true`,
    { title: `look for what was set aside on ${remote.host}` },
  )
  return stdout.trim() === 'done'
}

/**
 * On the success of an occasion: removes what was set aside up to the success before it. What it has set aside itself,
 * and what the attempts did that failed between the two, stays until the next success. May be repeated.
 */
export async function settleReplaced(remote: Remote, turn: string): Promise<void> {
  await runOnVolumes(
    remote,
    sh`turn=${turn} away=${replacedVolume} ready=${preparedVolume}\n` + settle,
    { title: `remove what earlier restores have set aside on ${remote.host}` },
  )
}

const settle = `set -o errexit
find_folder "$away"
for own in "$folder"/*/; do
  [ -d "$own/data" ] || continue
  success=$(cat "$own/settled" 2>/dev/null) || true
  if [ -z "$success" ]; then
    echo "$turn" >"$own/settled.new"
    mv "$own/settled.new" "$own/settled"
  elif [ "$success" != "$turn" ]; then
    rm -rf -- "$own"
  fi
done
find_folder "$ready"
[ -z "$folder" ] || find "$folder" -mindepth 1 -delete
`

/** On another file system a rename would be a copy that a kill leaves half done, and half gone. */
const moveAll = `
move() {
  local to=$2/\${1##*/}
  if [ "$(stat -c %d -- "$1")" = "$(stat -c %d -- "$2")" ]; then mv -T -- "$1" "$to"; return; fi
  if [ ! -e "$to" ]; then
    rm -rf -- "$2/.moving"
    cp -a -- "$1" "$2/.moving"
    sync -f -- "$2"
    mv -T -- "$2/.moving" "$to"
  fi
  rm -rf -- "$1"
}
move_all() {
  local entry
  for entry in "$1"/* "$1"/.[!.]* "$1"/..?*; do
    if [ -e "$entry" ] || [ -L "$entry" ]; then move "$entry" "$2"; fi
  done
}
`

const replace = `set -o errexit -o pipefail
${moveAll}
docker volume create "$volume" >/dev/null
docker volume create "$away" >/dev/null
find_folder "$volume"; data=$folder
find_folder "$ready"; ready=$folder
find_folder "$away"; away=$folder
# An attempt that was given up may still move files.
exec 9<"$away"
flock 9
own=$away/$turn
tell() { echo "$2" >"$1/state.new"; mv "$1/state.new" "$1/state"; }
state=$(cat "$own/state" 2>/dev/null) || true
[ "$state" != 'done' ] || exit 0
if [ -z "$state" ]; then
  [ -z "$prepared" ] || [ -e "$ready/$mark" ] || { echo "no prepared data" >&2; exit 1; }
  for other in "$away"/*/state; do
    case $(cat "$other" 2>/dev/null) in
      clearing) move_all "$data" "\${other%/state}/data"; tell "\${other%/state}" 'done' ;;
      filling) tell "\${other%/state}" 'done' ;;
    esac
  done
  mkdir -p "$own/data"
  tell "$own" clearing
  state=clearing
fi
if [ "$state" = clearing ]; then
  move_all "$data" "$own/data"
  [ -z "$prepared" ] || tell "$own" filling
fi
if [ "$prepared" ]; then
  if [ -e "$ready/$mark" ]; then
    # Prepared anew since: what an attempt before this one has put in place is a part of the same, and nobody served it.
    find "$data" -mindepth 1 -delete
    mv -- "$ready/$mark" "$own/backup"
  fi
  move_all "$ready" "$data"
  cp -- "$own/backup" "$data/$restored"
fi
tell "$own" 'done'
`
