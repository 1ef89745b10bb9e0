import { keyPair } from '../../model/passwords.js'
import { configFile } from '../kolla-config.js'
import { connectedProbe, openstackContainer } from '../openstack-container.js'
import type { Component, Context } from '../service.js'
import { neutronConf, permissions } from './conf.js'
import { ml2Conf, ml2Files, placedPlugins } from './ml2.js'

/** What the API reads. */
export function serverFiles(ctx: Context) {
  const conf = neutronConf(ctx, 'neutron-server')
  const ml2 = ml2Files(ctx, 'ml2_conf.ini', ml2Conf(ctx))
  const key = { source: 'id_rsa', dest: '/var/lib/neutron/.ssh/id_rsa', owner: 'neutron' }
  return {
    placed: [...conf.placed, ...ml2.placed, { ...key, perm: '0600' }],
    files: [
      ...conf.files,
      ...ml2.files,
      configFile('id_rsa', keyPair(ctx.cloud.passwords, 'neutron_ssh_key').private_key),
    ],
  }
}

/** What the API leaves to processes of their own: to answer the agents, and what is done now and then. */
export const workers: readonly Component[] = [
  worker('neutron_rpc_server', 'neutron-rpc-server', ({ globals }) => globals.rabbitmq_port),
  worker(
    'neutron_periodic_worker',
    'neutron-periodic-workers',
    ({ globals }) => globals.database_port,
  ),
]

/** @param port of what it is connected to when it works */
function worker(
  name: 'neutron_rpc_server' | 'neutron_periodic_worker',
  command: string,
  port: (host: Context['host']) => number,
): Component {
  const part = name === 'neutron_rpc_server' ? 'neutron-rpc-server' : 'neutron-periodic-worker'
  return {
    container: name,
    group: part,
    containers: (ctx) => {
      const conf = neutronConf(ctx, part)
      const ml2 = placedPlugins([{ name: 'ml2_conf.ini', text: ml2Conf(ctx) }])
      return [
        openstackContainer(ctx, {
          name,
          service: 'neutron',
          image: 'neutron-server',
          command,
          placed: [...conf.placed, ...ml2.placed],
          permissions,
          files: [...conf.files, ...ml2.files],
          volumes: ['/dev/shm:/dev/shm'],
          check: `healthcheck_port ${command} ${port(ctx.host)}`,
        }),
      ]
    },
    ports: () => [],
    health: ({ host }) => [connectedProbe(name, command, port(host))],
    frontends: () => [],
  }
}
