import { keyPair } from '../../model/passwords.js'
import { addressOf } from '../host-view.js'
import { configFile } from '../kolla-config.js'
import type { Placed } from '../kolla-config.js'
import { openstackContainer } from '../openstack-container.js'
import type { Component, Context } from '../service.js'

const home = '/var/lib/nova/.ssh'

const own = (source: string, dest: string): Placed => ({
  source,
  dest: `${home}/${dest}`,
  owner: 'nova',
  perm: '0600',
})

/** By which a compute host copies disks of machines from another one. */
export const ssh: Component = {
  container: 'nova_ssh',
  group: 'compute',
  enabled: (globals) => globals.enable_nova_ssh,
  containers: (ctx) => {
    const { globals } = ctx.host
    const { private_key, public_key } = keyPair(ctx.cloud.passwords, 'nova_ssh_key')
    return [
      openstackContainer(ctx, {
        name: 'nova_ssh',
        service: 'nova-cell',
        command: '/usr/sbin/sshd -D',
        placed: [
          { source: 'sshd_config', dest: '/etc/ssh/sshd_config', owner: 'root', perm: '0600' },
          own('ssh_config', 'config'),
          own('id_rsa', 'id_rsa'),
          own('id_rsa.pub', 'authorized_keys'),
        ],
        permissions: [],
        files: [
          configFile('sshd_config', sshdConfig(ctx)),
          configFile('ssh_config', sshConfig(globals.nova_ssh_port)),
          configFile('id_rsa', private_key),
          configFile('id_rsa.pub', public_key),
        ],
        volumes: [`${globals.nova_instance_datadir_volume}:/var/lib/nova`],
        check: `healthcheck_listen sshd ${globals.nova_ssh_port}`,
      }),
    ]
  },
  ports: (ctx) => sockets(ctx).map((socket) => ({ container: 'nova_ssh', ...socket })),
  health: (ctx) => sockets(ctx).map((socket) => ({ kind: 'tcp', ...socket })),
  frontends: () => [],
}

function sockets({ host }: Context) {
  const addresses = new Set([addressOf(host), addressOf(host, 'migration')])
  return [...addresses].map((address) => ({ address, port: host.globals.nova_ssh_port }))
}

function sshdConfig(ctx: Context): string {
  return [
    `Port ${ctx.host.globals.nova_ssh_port}`,
    ...sockets(ctx).map(({ address }) => `ListenAddress ${address}`),
    '',
    'SyslogFacility AUTHPRIV',
    'UsePAM yes',
    'Subsystem sftp /usr/lib/openssh/sftp-server',
    '',
  ].join('\n')
}

const sshConfig = (port: number) => `Host *
  StrictHostKeyChecking no
  UserKnownHostsFile /dev/null
  port ${port}
`
