import { password } from '../model/passwords.js'
import type { Container } from './container.js'
import { galeraLibrary, myCnf } from './distro.js'
import { addressOf, shortHostname } from './host-view.js'
import { configFile, configJson, healthcheck, limits, localtime, logs } from './kolla-config.js'
import { accountsSql, backupAccount, checkAccount } from './mariadb-accounts.js'
import { backupConfig } from './mariabackup.js'
import { overridden, overrideText } from './overridden.js'
import type { Overridable } from './overridden.js'
import { ofOneComponent } from './service.js'
import type { Context } from './service.js'

const config: Overridable = {
  kind: 'ini',
  paths: ['galera.cnf', 'mariadb/<host>/galera.cnf'],
}

/** A program of the operator's that Galera runs when a member or the cluster changes; there is none of ours. */
const notify: Overridable = { kind: 'whole', paths: ['mariadb/wsrep-notify.sh'] }
const notifyCommand = '/usr/local/bin/wsrep-notify.sh'

/**
 * A Galera cluster. Its first start is the workflow's: `installDatabase` on one member, `standAlone` for its first
 * start, then `accountsSql`. From then on every member finds the others by itself, also after a crash of all of them
 * (`gvwstate.dat`, `pc.recovery`).
 */
export const mariadb = ofOneComponent({
  name: 'mariadb',
  memory: 250,
  container: 'mariadb',
  group: 'mariadb',
  enabled: (globals) => globals.enable_mariadb,
  containers: (ctx) => [container(ctx)],
  ports: ({ host }) => {
    const { mariadb_port, mariadb_wsrep_port, mariadb_ist_port, mariadb_sst_port } = host.globals
    const address = addressOf(host)
    // The last two listen only while another member's data are received.
    return [mariadb_port, mariadb_wsrep_port, mariadb_ist_port, mariadb_sst_port].map((port) => ({
      container: 'mariadb',
      address,
      port,
    }))
  },
  health: ({ host }) => [
    { kind: 'tcp', address: addressOf(host), port: host.globals.mariadb_port },
    {
      kind: 'synced',
      container: 'mariadb',
      address: addressOf(host),
      port: host.globals.mariadb_port,
      user: checkAccount,
    },
  ],
  frontends: (cloud) => [
    {
      name: 'mariadb',
      mode: 'tcp',
      address: 'internal',
      port: cloud.globals.database_port,
      group: 'mariadb',
      listenPort: (member) => member.globals.mariadb_port,
      check: { kind: 'galera', user: checkAccount },
      // Galera refuses concurrent writes to the same row at commit: one writer spares the services that.
      activePassive: true,
      timeout: '3600s',
    },
  ],
  passwords: ['database_password', 'mariadb_backup_database_password', 'mariadb_monitor_password'],
  overrides: [config, backupConfig, notify],
})

/** The container with a configuration that names no peers: with it, and only with it, a member begins a cluster. */
export function standAlone(container: Container): Container {
  return withSetting(container, 'wsrep_cluster_address', 'gcomm://')
}

/** The container with a configuration that has it copy all data from one member and no other. */
export function copyingFrom(container: Container, donor: string): Container {
  return withSetting(container, 'wsrep_sst_donor', donor)
}

/**
 * The container with a configuration that has it copy another member's files as they lie, while that one takes no write:
 * for a cluster that nobody uses yet. Before a copy in the usual way a member sleeps for ten seconds, however little there
 * is to copy (`wsrep_sst_mariabackup`).
 */
export function copyingFiles(container: Container): Container {
  return withSetting(container, 'wsrep_sst_method', 'rsync')
}

/** Lies in the volume of a member while it copies another one's data (`wsrep_sst_common`). */
export const copyingMark = 'sst_in_progress'

/** Lies in the volume while the system tables are being made: what is beside it is nobody's data. */
export const installingMark = '.kolla-temporal-installing'

/**
 * Script for a one-shot container (`bash -c …`, volumes and files of `mariadb`): makes the system tables in an empty
 * volume. It may be killed and run again; only what a run left that did not come to its end is cleared. Kolla's own
 * bootstrap is not used, for it shows the database password in the process list. The account that needs no password is
 * `mysql@localhost`, the user that everything in the container runs as.
 */
export const installDatabase = `set -o errexit
sudo -E kolla_set_configs
mkdir -p /var/log/kolla/mariadb
chmod 755 /var/log/kolla/mariadb
cd /var/lib/mysql
if [ -e ${installingMark} ]; then
  find . -mindepth 1 ! -name ${installingMark} -delete
elif [ -n "$(ls -A)" ]; then
  echo 'the volume holds a database: nothing is installed over it'
  exit 0
fi
touch ${installingMark}
mariadb-install-db --skip-test-db --auth-root-socket-user=mysql
rm ${installingMark}
`

/** How `recoverPosition` ends where MariaDB itself can't read its data: as `EX_DATAERR` of sysexits. */
export const UNREADABLE = 65

/**
 * Script for a one-shot container that prints `Recovered position: <uuid>:<seqno>`, what a crash left in InnoDB; where
 * that can't be read, it ends as `UNREADABLE` with MariaDB's last words.
 */
export const recoverPosition = `set -o errexit
sudo -E kolla_set_configs
said=$(mariadbd --wsrep-recover --disable-log-error 2>&1) || code=$?
# Ended by somebody else (SIGKILL, SIGTERM), as by a lack of memory: that says nothing of the data.
[[ \${code:-0} != 137 && \${code:-0} != 143 ]] || exit "$code"
grep 'Recovered position' <<<"$said" || { tail -n 5 <<<"$said"; exit ${UNREADABLE}; }
`

function container(ctx: Context): Container {
  const { cloud, host } = ctx
  const { globals } = host
  const notified = overrideText(ctx, notify)
  return {
    name: 'mariadb',
    service: 'mariadb',
    image: 'mariadb-server',
    files: [
      configJson(
        '/usr/bin/mariadbd-safe',
        [
          { source: 'galera.cnf', dest: myCnf(globals), owner: 'mysql', perm: '0600' },
          ...(notified === undefined
            ? []
            : [{ source: 'wsrep-notify.sh', dest: notifyCommand, owner: 'mysql', perm: '0755' }]),
        ],
        [
          { path: '/var/log/kolla/mariadb', owner: 'mysql:mysql', recurse: true },
          { path: '/var/lib/mysql', owner: 'mysql:mysql', recurse: true },
        ],
      ),
      configFile('galera.cnf', overridden(ctx, config, galeraCnf(ctx, notified !== undefined))),
      ...(notified === undefined ? [] : [configFile('wsrep-notify.sh', notified)]),
    ],
    environment: {},
    volumes: [localtime, logs, `${globals.mariadb_datadir_volume}:/var/lib/mysql`],
    // A clean shutdown writes all of InnoDB's dirty pages.
    accounts: accountsSql(cloud),
    stopTimeout: Math.max(globals.docker_graceful_timeout, 120),
    // As the container's own user, who needs no password; kolla-ansible's reads one from a file.
    ...healthcheck(
      globals,
      'mariadb',
      `mariadb -NBe "SHOW STATUS LIKE 'wsrep_ready'" | grep -qw ON`,
    ),
    ...limits(globals.mariadb_dimensions),
  }
}

/** The last of two equal settings of a group holds; `galera.cnf` may have been changed by the operator. */
function withSetting(container: Container, name: string, value: string): Container {
  const files = container.files.map((file) =>
    file.path === 'galera.cnf'
      ? { ...file, content: `${file.content}\n[mysqld]\n${name}=${value}\n` }
      : file,
  )
  return { ...container, files }
}

function galeraCnf(ctx: Context, notified: boolean): string {
  const { cloud, host } = ctx
  const { globals, facts } = host
  const own = addressOf(host)
  const members = ctx.members('mariadb')
  const peers = members.map((member) => `${addressOf(member)}:${member.globals.mariadb_wsrep_port}`)
  const buffer = Math.min(8192, Math.round((facts.memoryBytes / 2 ** 20) * 0.4))
  const sst = `${backupAccount}:${password(cloud.passwords, 'mariadb_backup_database_password')}`
  const provider = [
    `gmcast.listen_addr=tcp://${own}:${globals.mariadb_wsrep_port}`,
    `ist.recv_addr=${own}:${globals.mariadb_ist_port}`,
  ].join(';')
  return `[client]
default-character-set=utf8

[mysql]
default-character-set=utf8

[mysqld]
bind-address=${own}
port=${globals.mariadb_port}
skip-name-resolve=ON
max_connections=10000
basedir=/usr
datadir=/var/lib/mysql/
log_error=/var/log/kolla/mariadb/mariadb.log
character-set-server=utf8
collation-server=utf8_general_ci
init-connect='SET NAMES utf8'

default-storage-engine=innodb
binlog_format=ROW
log_bin=mysql-bin
expire_logs_days=14
key_buffer_size=64M
max_heap_table_size=64M
tmp_table_size=64M
innodb_autoinc_lock_mode=2
innodb_buffer_pool_size=${buffer}M
innodb_log_file_size=${globals.mariadb_innodb_log_file_size_mb}M

wsrep_on=ON
wsrep_provider=${galeraLibrary(globals)}
wsrep_provider_options=${provider}
wsrep_cluster_name="openstack"
wsrep_cluster_address=gcomm://${members.length > 1 ? peers.join(',') : ''}
wsrep_node_name=${shortHostname(host)}${notified ? `\nwsrep_notify_cmd=${notifyCommand}` : ''}
wsrep_node_address=${own}:${globals.mariadb_wsrep_port}
wsrep_slave_threads=4
wsrep_sst_method=${globals.mariadb_wsrep_sst_method}
wsrep_sst_receive_address=${own}:${globals.mariadb_sst_port}
wsrep_sst_auth=${quoteOption(sst)}

[server]
pid-file=/var/lib/mysql/mariadb.pid
`
}

/** A value of an option file: quoted and escaped as MariaDB's own parser reads it. */
function quoteOption(value: string): string {
  return `"${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`
}
