import { password } from '../model/passwords.js'
import type { Container } from './container.js'
import { myCnf } from './distro.js'
import { addressOf } from './host-view.js'
import { configFile, configJson, localtime } from './kolla-config.js'
import { backupAccount } from './mariadb-accounts.js'
import { overridden } from './overridden.js'
import type { Overridable } from './overridden.js'
import type { Context } from './service.js'

/** Backups, one folder each; kolla-ansible's name. */
export const backupVolume = 'mariadb_backup'
/** Where a backup is unpacked, proven and made ready to be put in place. */
export const preparedVolume = 'mariadb_prepared'
/** Data that a restore or a rollback has taken the place of, one folder an occasion. */
export const replacedVolume = 'mariadb_replaced'

export const backupConfig: Overridable = {
  kind: 'ini',
  paths: ['backup.my.cnf', 'mariadb/<host>/backup.my.cnf'],
}

/** Lies in the data of a member; whatever replaces them as a whole takes it away. */
export const lineageFile = '.kolla-temporal-lineage'
/** Lies in the prepared data when they are whole, and names the backup. */
export const preparedMark = '.kolla-temporal-prepared'
/** Lies in data that a restore has put in place, and names the backup; not in those that others have copied. */
export const restoredMark = '.kolla-temporal-restored'

/** What the one-shots below work with: never a container that stays. */
export function mariabackup(ctx: Context): Container {
  const { globals } = ctx.host
  return {
    name: 'mariabackup',
    service: 'mariadb',
    image: 'mariadb-server',
    files: [
      configJson(
        'true',
        [{ source: 'my.cnf', dest: myCnf(globals), owner: 'mysql', perm: '0600' }],
        ['/backup', '/prepared'].map((path) => ({ path, owner: 'mysql:mysql', perm: '0700' })),
      ),
      configFile('my.cnf', overridden(ctx, backupConfig, config(ctx))),
    ],
    environment: {},
    volumes: [
      localtime,
      `${globals.mariadb_datadir_volume}:/var/lib/mysql`,
      `${backupVolume}:/backup`,
      `${preparedVolume}:/prepared`,
    ],
  }
}

function config(ctx: Context): string {
  const { globals } = ctx.host
  return `[mysqld]
datadir=/var/lib/mysql/

[mariadb-backup]
host=${addressOf(ctx.host)}
port=${globals.mariadb_port}
user=${backupAccount}
password=${quoted(password(ctx.cloud.passwords, 'mariadb_backup_database_password'))}
`
}

function quoted(value: string): string {
  return `"${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`
}

const begin = `set -o errexit -o pipefail
sudo -E kolla_set_configs >/dev/null
umask 077
cd /backup
fail() { echo "$1" >&2; exit 1; }
`

/** Bytes of the data, and free where backups lie: `$room` times the data must fit. */
const checkRoom = `
data=$(du -sb /var/lib/mysql | cut -f1)
free=$(df --output=avail -B1 /backup | tail -n 1)
((free > room * data)) || fail "a backup wants $((room * data >> 20)) MiB free and /backup has $((free >> 20))"
`

/**
 * What a backup or a proof has left that was ended by force. Data with their mark wait for a restore. A folder that has
 * changed within the hour may be one that an operator is bringing back.
 */
const clearHalves = `
[ -e /prepared/${preparedMark} ] || find /prepared -mindepth 1 -delete
for left in *; do
  [[ $left =~ ^[0-9]{8}T[0-9]{6}Z-(full|incremental)$ && -d $left && ! -L $left && ! -e $left/note ]] || continue
  [ -z "$(find "$left" -cmin -60 -print -quit)" ] || continue
  rm -rf "$left"
done
`

/**
 * Script for a one-shot container: takes the backup `$id`, incremental where `$base` names one. Its note is written
 * last; one that has none was cut short and is begun anew.
 */
export const takeBackup = `${begin}
[ ! -e "$id/note" ] || exit 0
rm -rf "$id"
trap '[ -e "$id/note" ] || rm -rf "$id"' EXIT
${clearHalves}
room=2
${checkRoom}
lineage=/var/lib/mysql/${lineageFile}
[ -e "$lineage" ] || head -c 16 /dev/urandom | base64 | tr -dc A-Za-z0-9 > "$lineage"
mkdir "$id"
mariadb-backup --defaults-file=/etc/mysql/my.cnf --backup --stream=xbstream --extra-lsndir="$id/lsn" \\
  \${base:+--incremental-basedir="/backup/$base/lsn"} --target-dir=/tmp 2>"$id/log" | gzip -1 >"$id/data.gz" ||
  { tail -n 15 "$id/log" >&2; exit 1; }
(cd "$id" && sha256sum data.gz >sum)
{
  echo "id=$id"
  echo "base=$base"
  echo "at=$(date -u +%FT%TZ)"
  echo "version=$(mariadbd --version | sed 's/.*Ver \\([0-9.]*\\).*/\\1/')"
  echo "image=$image"
  echo "lineage=$(<"$lineage")"
  echo "bytes=$(stat -c %s "$id/data.gz")"
  echo "raw=$data"
} >"$id/note.new"
mv "$id/note.new" "$id/note"
`

/** Sees to it that the largest of the backups `$chain` has room when it is unpacked; an older note tells no raw size. */
const checkRoomToUnpack = `
wanted=0
for id in $chain; do
  raw=$(sed -n 's/^raw=//p' "$id/note")
  : "\${raw:=$(stat -c %s "$id/data.gz")}"
  ((raw <= wanted)) || wanted=$raw
done
free=$(df --output=avail -B1 /prepared | tail -n 1)
((free > wanted)) || fail "$chain unpacked wants $((wanted >> 20)) MiB free and /prepared has $((free >> 20))"
`

/** What is not whole at the end would take room from all that comes later. */
const leaveNoHalves = `
finish() {
  [ ! -e /prepared/${preparedMark} ] || return 0
  [ -z "\${server-}" ] || { kill -KILL "$server" && wait "$server"; } 2>/dev/null || true
  find /prepared -mindepth 1 -delete
}
trap finish EXIT
`

/**
 * Script for a one-shot container of the MariaDB that took them: unpacks the backups `$chain` (a full one, then its
 * incremental ones), makes of them data that a server can begin with, starts one on them without a network and has it
 * check every table. Tells what it found in one line. They stay where `$keep` is set and all went well.
 */
export const proveBackup = `${begin}
find /prepared -mindepth 1 -delete
${checkRoomToUnpack}
${leaveNoHalves}
unpack() {
  (cd "$1" && sha256sum --check --quiet sum) >&2 || fail "$1 is damaged: its checksum differs"
  mkdir -p "$2"
  gunzip -c "$1/data.gz" | mbstream -x -C "$2"
}
prepare() { mariadb-backup --prepare --target-dir=/prepared "$@" 2>/tmp/log || { tail -n 15 /tmp/log >&2; exit 1; }; }
for id in $chain; do
  if [ "$id" = "\${chain%% *}" ]; then unpack "$id" /prepared; prepare; continue; fi
  unpack "$id" /prepared/.increment
  prepare --incremental-dir=/prepared/.increment
  rm -rf /prepared/.increment
done
socket=/tmp/prove.sock
mariadbd --no-defaults --datadir=/prepared --skip-networking --skip-log-bin --wsrep-on=OFF \\
  --socket=$socket --pid-file=/tmp/prove.pid >/tmp/server.log 2>&1 &
server=$!
ask() { mariadb --no-defaults --socket=$socket -NBe "$1"; }
until ask 'DO 1' 2>/dev/null; do
  kill -0 $server 2>/dev/null || { tail -n 15 /tmp/server.log >&2; exit 1; }
  sleep 0.2
done
mariadb-check --no-defaults --socket=$socket --all-databases --check --silent >&2 || fail 'tables are damaged'
found=$(ask "SELECT CONCAT(COUNT(*), ' tables in ', COUNT(DISTINCT table_schema), ' databases') FROM information_schema.tables WHERE table_type = 'BASE TABLE'")
kill $server
wait $server || true
if [ "$keep" ]; then
  rm -f /prepared/${lineageFile} /prepared/${restoredMark} /prepared/grastate.dat /prepared/gvwstate.dat
  echo "\${chain##* }" >/prepared/${preparedMark}
fi
echo "proven: $found"
`
