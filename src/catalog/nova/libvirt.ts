import type { Globals } from '../../model/globals.js'
import { password } from '../../model/passwords.js'
import { cephClientFiles, cephKeysVolume, keyringOf } from '../ceph/client.js'
import type { ConfigFile } from '../container.js'
import { addressOf } from '../host-view.js'
import { configFile } from '../kolla-config.js'
import type { Placed } from '../kolla-config.js'
import { openstackContainer } from '../openstack-container.js'
import { overridden, replaceable } from '../overridden.js'
import type { Component, Context } from '../service.js'

/** It has libvirt ask QEMU what it can do: a second of a processor. */
const check = 'virsh version --daemon'

/** Of the hypervisor, with its secrets and its one account. Machines live outside of it, and go on when it is replaced. */
export const libvirt: Component = {
  container: 'nova_libvirt',
  group: 'compute',
  carriesMachines: true,
  interrupts: () => 'machines go on; none is started, stopped or moved meanwhile',
  cephUsers: (globals) => secretsOf(globals).map(({ user }) => user),
  containers: (ctx) => {
    const { globals } = ctx.host
    const secrets = secretsOf(globals)
    const users = secrets.map(({ user }) => user)
    const ceph = cephClientFiles(ctx, 'nova', users)
    const xml = secrets.map((secret) => secretXml(ctx, secret))
    const sasl = globals.libvirt_enable_sasl
    return [
      openstackContainer(ctx, {
        name: 'nova_libvirt',
        service: 'nova-cell',
        command: start,
        placed: [
          { source: 'start-libvirt.sh', dest: start, owner: 'root', perm: '0700' },
          root('libvirtd.conf', '/etc/libvirt/libvirtd.conf'),
          root('qemu.conf', '/etc/libvirt/qemu.conf'),
          ...xml.map(({ path }) => root(path, `/etc/libvirt/${path}`)),
          ...ceph.placed,
          ...(sasl ? [root('sasl.conf', '/etc/sasl2/libvirt.conf'), root('auth.conf', auth)] : []),
        ],
        permissions: [],
        files: [
          configFile('start-libvirt.sh', startScript(ctx)),
          configFile(
            'libvirtd.conf',
            overridden(ctx, replaceable('nova', 'libvirtd.conf.j2'), libvirtdConf(ctx)),
          ),
          configFile(
            'qemu.conf',
            overridden(ctx, replaceable('nova', 'qemu.conf.j2'), qemuConf(globals)),
          ),
          ...xml,
          ...ceph.files,
          ...(sasl ? [configFile('sasl.conf', saslConf), authConf(ctx)] : []),
        ],
        volumes: [
          '/lib/modules:/lib/modules:ro',
          '/run:/run:shared',
          '/dev:/dev',
          '/sys/fs/cgroup:/sys/fs/cgroup',
          'libvirtd:/var/lib/libvirt',
          `${globals.nova_instance_datadir_volume}:/var/lib/nova/`,
          'nova_libvirt_qemu:/etc/libvirt/qemu',
          ...cephKeysVolume(ctx, 'nova_libvirt', users),
        ],
        privileged: true,
        pidMode: 'host',
        cgroupnsMode: 'host',
        check,
      }),
    ]
  },
  ports: ({ host }) => [
    {
      container: 'nova_libvirt',
      address: addressOf(host, 'migration'),
      port: host.globals.nova_libvirt_port,
    },
  ],
  health: ({ host }) => [
    {
      kind: 'exec',
      container: 'nova_libvirt',
      command: check.split(' '),
      isItsCheck: true,
    },
    {
      kind: 'tcp',
      address: addressOf(host, 'migration'),
      port: host.globals.nova_libvirt_port,
    },
  ],
  frontends: () => [],
}

/** `auth.conf` for a client of libvirt's; which account it logs in with. */
export function authConf(ctx: Context): ConfigFile {
  const { libvirt_sasl_authname: name } = ctx.host.globals
  return configFile(
    'auth.conf',
    `[credentials-default]
authname=${name}
password=${password(ctx.cloud.passwords, 'libvirt_sasl_password')}

[auth-libvirt-default]
credentials=default
`,
  )
}

const start = '/usr/local/bin/start-libvirt'
const auth = '/root/.config/libvirt/auth.conf'

const root = (source: string, dest: string): Placed => ({
  source,
  dest,
  owner: 'root',
  perm: '0600',
})

/** What libvirt knows a key of Ceph by. */
interface Secret {
  readonly uuid: 'rbd_secret_uuid' | 'cinder_rbd_secret_uuid'
  readonly user: string
  readonly usage: string
  readonly description: string
}

/** Machines' own disks, and volumes: those whichever way the disks are kept. */
function secretsOf(globals: Globals): Secret[] {
  return [
    ...(globals.nova_backend_ceph
      ? [
          {
            uuid: 'rbd_secret_uuid',
            user: globals.ceph_nova_user,
            usage: 'ceph-ephemeral-nova',
            description: 'Ceph Client Secret for Ephemeral Storage (Nova)',
          } as const,
        ]
      : []),
    ...(globals.enable_cinder && globals.cinder_backend_ceph
      ? [
          {
            uuid: 'cinder_rbd_secret_uuid',
            user: globals.ceph_cinder_user,
            usage: 'ceph-persistent-cinder',
            description: 'Ceph Client Secret for Persistent Storage (Cinder)',
          } as const,
        ]
      : []),
  ]
}

function secretXml(ctx: Context, { uuid: key, usage, description }: Secret): ConfigFile {
  const uuid = password(ctx.cloud.passwords, key)
  return configFile(
    `secrets/${uuid}.xml`,
    `<secret ephemeral='no' private='no'>
  <uuid>${uuid}</uuid>
  <description>${description}</description>
  <usage type='ceph'>
    <name>${usage}</name>
  </usage>
</secret>
`,
  )
}

/**
 * Before libvirt begins: it is given the keys of Ceph from the container's keyrings, so that no file of ours holds them,
 * and its account by standard input. Both are the container's, and made again whenever that is.
 */
function startScript(ctx: Context): string {
  const { globals } = ctx.host
  const keys = secretsOf(globals).map(
    ({ uuid, user }) =>
      `sed -nE 's/^\\s*key\\s*=\\s*//p' /etc/ceph/${keyringOf(user)} >/etc/libvirt/secrets/${password(ctx.cloud.passwords, uuid)}.base64`,
  )
  const account = globals.libvirt_enable_sasl
    ? [
        `sed -n 's/^password=//p' ${auth} | saslpasswd2 -c -p -a libvirt ${globals.libvirt_sasl_authname}`,
      ]
    : []
  return [
    '#!/bin/bash',
    'set -o errexit -o pipefail',
    'umask 077',
    ...keys,
    ...account,
    'umask 022',
    'exec /usr/local/bin/kolla_nova_libvirt_start',
    '',
  ].join('\n')
}

function libvirtdConf(ctx: Context): string {
  const { globals } = ctx.host
  const level = globals.nova_libvirt_logging_debug ? 1 : 3
  return `listen_tcp = 1
listen_tls = 0
auth_tcp = "${globals.libvirt_enable_sasl ? 'sasl' : 'none'}"
tcp_port = "${globals.nova_libvirt_port}"
ca_file = ""
log_level = ${level}
log_outputs = "${level}:file:/var/log/kolla/libvirt/libvirtd.log"
listen_addr = "${addressOf(ctx.host, 'migration')}"
max_workers = ${globals.libvirt_max_workers}
max_client_requests = ${globals.libvirt_max_client_requests}
`
}

function qemuConf(globals: Globals): string {
  return `stdio_handler = "logd"

user = "nova"
group = "nova"

max_files = ${globals.qemu_max_files}
max_processes = ${globals.qemu_max_processes}
`
}

const saslConf = `mech_list: DIGEST-MD5
sasldb_path: /etc/libvirt/passwd.db
`
