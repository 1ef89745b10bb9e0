import { preparedMark, restoredMark } from '../../catalog/mariabackup.js'
import { installingMark } from '../../catalog/mariadb.js'
import type { ObservedDatabase } from '../../model/observed-host.js'
import { raw, sh } from '../../ssh/quote.js'

/**
 * Bash: `look_at_database DATA BACKUPS PREPARED REPLACED`, folders of volumes that may be missing, prints lines of
 * `key=value` for `parseDatabase`.
 */
export const lookAtDatabase = sh`
look_at_database() {
  local data=none state turn note
  if [[ -n $1 && -n $(ls -A -- "$1" 2>/dev/null) ]]; then
    data=complete
    [[ ! -e $1/${installingMark} ]] || data=unfinished
  fi
  for state in "$4"/*/state; do
    [[ -e $state ]] || continue
    turn=${raw('${state%/state}')}
    [[ ! $(<"$state") =~ ^(clearing|filling)$ ]] || data=moving
    [[ -z $(ls -A -- "$turn/data" 2>/dev/null) ]] || echo "aside=${raw('${turn##*/}')}"
  done
  echo "data=$data"
  for note in "$2"/*/note; do
    note=${raw('${note%/note}')}
    [[ ! -e $note/note ]] || echo "backup=${raw('${note##*/}')}"
  done
  [[ ! -e $3/${preparedMark} ]] || echo "prepared=$(<"$3/"${preparedMark})"
  [[ -n $1 ]] || return 0
  [[ ! -e $1/gvwstate.dat ]] || echo view=known
  [[ ! -e $1/${restoredMark} ]] || echo "restored=$(<"$1/"${restoredMark})"
  [[ -e $1/grastate.dat ]] || return 0
  echo galera=yes
  sed -n 's/^uuid: *\\([0-9a-f-]\\{36\\}\\) *$/cluster=\\1/p; s/^seqno: *\\(-\\{0,1\\}[0-9]\\{1,\\}\\) *$/seqno=\\1/p' "$1/grastate.dat"
}
`

/** What Galera writes where it knows of no history: while data are copied, and where they may be broken. */
export const unknownCluster = '00000000-0000-0000-0000-000000000000'

/** From what `look_at_database` printed. */
export function parseDatabase(lines: readonly string[]): {
  readonly database: ObservedDatabase
  /** Whether Galera has kept a state of its own beside the data. */
  readonly galera: boolean
  /** The last transaction that it tells; -1 for none. */
  readonly seqno: number
} {
  const all = (key: string) =>
    lines.flatMap((line) => (line.startsWith(`${key}=`) ? [line.slice(key.length + 1)] : []))
  const one = (key: string) => all(key)[0] ?? ''
  return {
    database: {
      data: (one('data') || 'none') as ObservedDatabase['data'],
      view: one('view') === 'known',
      cluster: one('cluster').replace(unknownCluster, ''),
      restored: one('restored'),
      setAside: all('aside'),
      backups: all('backup'),
      prepared: one('prepared'),
    },
    galera: one('galera') === 'yes',
    seqno: Number(one('seqno') || -1),
  }
}
