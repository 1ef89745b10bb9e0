import { keyPair } from '../model/passwords.js'
import type { Container } from './container.js'
import { cronCommand, rootCrontab } from './distro.js'
import { rotationTimes } from './fernet-schedule.js'
import { addressOf } from './host-view.js'
import { rotationConf } from './keystone-conf.js'
import { configFile, configJson, healthcheck, limits, localtime, logs } from './kolla-config.js'
import type { Placed } from './kolla-config.js'
import type { Context } from './service.js'

/*
 * All members must have the same Fernet keys. They live in the volume `keystone_fernet_tokens`, no file of ours holds
 * them, and they change while the cloud runs, so they are no part of a container's configuration. They are made and
 * handed on once by the workflow (`planFernetKeys`), then rotated by the members in turn: cron in `keystone_fernet`
 * rotates, then pushes to the other members' `keystone_ssh` by rsync.
 */

const keys = 'keystone_fernet_tokens:/etc/keystone/fernet-keys'
const keysOwner = { path: '/etc/keystone/fernet-keys', owner: 'keystone:keystone', perm: '0770' }
const home = '/var/lib/keystone/.ssh'

export function keystoneFernet(ctx: Context): Container {
  const { globals } = ctx.host
  const ssh = (source: string, dest: string): Placed => ({
    source,
    dest: `${home}/${dest}`,
    owner: 'keystone',
    perm: '0600',
  })
  const scripts = {
    'fernet-rotate.sh': rotate,
    'fernet-push.sh': push(ctx),
    'fernet-node-sync.sh': await0,
  }
  return {
    name: 'keystone_fernet',
    service: 'keystone',
    image: 'keystone-fernet',
    files: [
      configJson(
        cronCommand(globals),
        [
          {
            source: 'keystone.conf',
            dest: '/etc/keystone/keystone.conf',
            owner: 'keystone',
            perm: '0600',
          },
          { source: 'crontab', dest: rootCrontab(globals), owner: 'root', perm: '0600' },
          ...Object.keys(scripts).map((source) => ({
            source,
            dest: `/usr/bin/${source}`,
            owner: 'root',
            perm: '0755',
          })),
          ssh('ssh_config', 'config'),
          ssh('id_rsa', 'id_rsa'),
          ssh('known_hosts', 'known_hosts'),
        ],
        [keysOwner],
      ),
      configFile('keystone.conf', rotationConf(ctx)),
      configFile('crontab', crontab(ctx)),
      ...Object.entries(scripts).map(([name, text]) => configFile(name, text)),
      configFile('ssh_config', sshConfig),
      configFile('id_rsa', keyPair(ctx.cloud.passwords, 'keystone_ssh_key').private_key),
      configFile('known_hosts', knownHosts(ctx)),
    ],
    environment: {},
    volumes: [localtime, logs, keys],
    // kolla-ansible's also logs in to the other members, every half minute.
    ...healthcheck(globals, 'keystone_fernet', '/usr/bin/fernet-node-sync.sh --check'),
    ...limits(globals.keystone_fernet_dimensions),
  }
}

export function keystoneSsh(ctx: Context): Container {
  const { globals } = ctx.host
  const { private_key, public_key } = keyPair(ctx.cloud.passwords, 'keystone_ssh_key')
  return {
    name: 'keystone_ssh',
    service: 'keystone',
    image: 'keystone-ssh',
    files: [
      configJson(
        '/usr/sbin/sshd -D',
        [
          { source: 'sshd_config', dest: '/etc/ssh/sshd_config', owner: 'root', perm: '0600' },
          { source: 'host_key', dest: '/etc/ssh/keystone_host_key', owner: 'root', perm: '0600' },
          {
            source: 'id_rsa.pub',
            dest: `${home}/authorized_keys`,
            owner: 'keystone',
            perm: '0600',
          },
        ],
        [keysOwner],
      ),
      configFile('sshd_config', sshdConfig(ctx)),
      configFile('host_key', private_key),
      configFile('id_rsa.pub', `restrict ${public_key}`),
    ],
    environment: {},
    volumes: [localtime, logs, keys],
    ...healthcheck(globals, 'keystone_ssh', `healthcheck_listen sshd ${globals.keystone_ssh_port}`),
    ...limits(globals.keystone_ssh_dimensions),
  }
}

function others(ctx: Context) {
  return ctx.members('keystone').filter((member) => member.name !== ctx.host.name)
}

function crontab(ctx: Context): string {
  const members = ctx.members('keystone')
  const member = members.findIndex((it) => it.name === ctx.host.name)
  const times = rotationTimes(ctx.host.globals.fernet_key_rotation_interval, member, members.length)
  return [
    'PATH=/var/lib/kolla/venv/bin:/usr/bin:/bin',
    ...times.map((time) => `${time} /usr/bin/fernet-rotate.sh`),
  ].join('\n')
}

const rotate = `#!/bin/bash
set -o errexit
keystone-manage --config-file /etc/keystone/keystone.conf fernet_rotate --keystone-user keystone --keystone-group keystone
/usr/bin/fernet-push.sh
`

/** One member that is down must not keep the keys from the rest. */
function push(ctx: Context): string {
  const targets = others(ctx).map(
    (member) =>
      `rsync -az --delete "$@" -e 'ssh -F ${home}/config -p ${member.globals.keystone_ssh_port}' ` +
      `/etc/keystone/fernet-keys/ keystone@${addressOf(member)}:/etc/keystone/fernet-keys || failed=1`,
  )
  return [
    '#!/bin/bash',
    '# fernet-push.sh [--dry-run]',
    'failed=0',
    ...targets,
    'exit $failed',
  ].join('\n')
}

/** Kolla's entry point runs it before cron; with \`--check\` it only tells whether the keys are there. */
const await0 = `#!/bin/bash
for second in {1..600}; do
  [ -f /etc/keystone/fernet-keys/0 ] && exit 0
  [ "$1" = --check ] && break
  sleep 1
done
echo "no Fernet keys in /etc/keystone/fernet-keys" >&2
exit 1
`

const sshConfig = `Host *
  IdentityFile ${home}/id_rsa
  UserKnownHostsFile ${home}/known_hosts
  StrictHostKeyChecking yes
  ConnectTimeout 10
`

/** Every member has the one key pair anyway: as its host key, too, it lets them know each other. */
function knownHosts(ctx: Context): string {
  const [type, key] = keyPair(ctx.cloud.passwords, 'keystone_ssh_key')
    .public_key.trim()
    .split(/\s+/)
  return ctx
    .members('keystone')
    .map((member) => `[${addressOf(member)}]:${member.globals.keystone_ssh_port} ${type} ${key}`)
    .join('\n')
}

function sshdConfig(ctx: Context): string {
  return `Port ${ctx.host.globals.keystone_ssh_port}
ListenAddress ${addressOf(ctx.host)}
HostKey /etc/ssh/keystone_host_key
AllowUsers keystone
PasswordAuthentication no
KbdInteractiveAuthentication no
SyslogFacility AUTHPRIV
UsePAM yes
`
}
