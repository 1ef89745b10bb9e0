import type { Cloud } from '../model/cloud.js'
import { password } from '../model/passwords.js'
import type { ConfigFile } from './container.js'
import { addressOf, shortHostname } from './host-view.js'
import type { HostView } from './host-view.js'
import { configFile, configJson, healthcheck, limits, localtime, logs } from './kolla-config.js'
import { overridden, replaceable } from './overridden.js'
import { definitions } from './rabbitmq-definitions.js'
import { ofOneComponent } from './service.js'
import type { Context } from './service.js'

/** What its members know each other by. */
const cookie = 'rabbitmq_cluster_cookie'

const overridable = {
  'rabbitmq.conf': replaceable('rabbitmq', 'rabbitmq.conf'),
  'rabbitmq-env.conf': replaceable('rabbitmq', 'rabbitmq-env.conf'),
  'advanced.config': replaceable('rabbitmq', 'advanced.config'),
  'definitions.json': replaceable('rabbitmq', 'definitions.json'),
  enabled_plugins: replaceable('rabbitmq', 'enabled_plugins'),
  erl_inetrc: replaceable('rabbitmq', 'erl_inetrc'),
}

/**
 * A cluster whose members find each other by the list in `rabbitmq.conf`, for RabbitMQ 3 and 4. A new member of 4 waits
 * until it reaches a second one, so new ones must be started side by side; it then joins the oldest or the largest
 * cluster that it sees. An old member rejoins by its own memory and never asks the list.
 */
export const rabbitmq = ofOneComponent({
  name: 'rabbitmq',
  memory: 150,
  container: 'rabbitmq',
  group: 'rabbitmq',
  enabled: (globals) => globals.enable_rabbitmq,
  containers: (ctx) => [
    {
      name: 'rabbitmq',
      service: 'rabbitmq',
      image: 'rabbitmq',
      files: files(ctx),
      environment: { RABBITMQ_LOG_DIR: '/var/log/kolla/rabbitmq' },
      volumes: [localtime, logs, `${ctx.host.globals.rabbitmq_datadir_volume}:/var/lib/rabbitmq/`],
      peerPassword: cookie,
      stopTimeout: ctx.host.globals.docker_graceful_timeout,
      // kolla-ansible's starts six Erlang machines, six seconds of a processor each time.
      ...healthcheck(
        ctx.host.globals,
        'rabbitmq',
        `healthcheck_listen beam.smp ${ctx.host.globals.rabbitmq_port}`,
      ),
      ...limits(ctx.host.globals.rabbitmq_dimensions),
    },
  ],
  ports: ({ host }) => {
    const { globals } = host
    const address = addressOf(host)
    return [
      globals.rabbitmq_port,
      globals.rabbitmq_management_port,
      globals.rabbitmq_cluster_port,
      globals.rabbitmq_epmd_port,
      ...(globals.rabbitmq_enable_prometheus_plugin ? [globals.rabbitmq_prometheus_port] : []),
    ].map((port) => ({ container: 'rabbitmq', address, port }))
  },
  // Its listeners are the last that a node starts; asking rabbitmq-diagnostics would start an Erlang machine each time.
  health: ({ host }) => [
    { kind: 'tcp', address: addressOf(host), port: host.globals.rabbitmq_port },
    {
      kind: 'http',
      url: `${managementUrl(host)}/`,
      status: 200,
    },
  ],
  frontends: (cloud) => [
    {
      name: 'rabbitmq_management',
      mode: 'http',
      address: 'internal',
      port: cloud.globals.rabbitmq_management_port,
      group: 'rabbitmq',
      listenPort: (member) => member.globals.rabbitmq_management_port,
      // Its page of `/` is a file: it says nothing of the broker.
      check: { kind: 'http', path: '/api/overview', authorization: monitoringLogin(cloud) },
    },
  ],
  passwords: ['rabbitmq_password', 'rabbitmq_monitoring_password', cookie],
  overrides: Object.values(overridable),
})

function monitoringLogin({ globals, passwords }: Cloud): string {
  const login = `${globals.rabbitmq_monitoring_user}:${password(passwords, 'rabbitmq_monitoring_password')}`
  return `Basic ${Buffer.from(login).toString('base64')}`
}

export function managementUrl(host: HostView): string {
  return `http://${addressOf(host)}:${host.globals.rabbitmq_management_port}`
}

export function nodeName(host: HostView): string {
  return `rabbit@${shortHostname(host)}`
}

function files(ctx: Context): ConfigFile[] {
  const owner = 'rabbitmq'
  const cookieFile = '.erlang.cookie'
  const rendered = {
    'rabbitmq.conf': conf(ctx),
    'rabbitmq-env.conf': env(ctx.host),
    'advanced.config': advanced(ctx.host),
    'definitions.json': definitions(ctx.cloud),
    // A term of Erlang.
    enabled_plugins: `[${plugins(ctx.host).join(', ')}].\n`,
    erl_inetrc: '',
  } satisfies Record<keyof typeof overridable, string>
  const names = Object.keys(overridable) as (keyof typeof overridable)[]
  return [
    configJson(
      '/usr/sbin/rabbitmq-server',
      [
        ...names.map((source) => ({
          source,
          dest: `/etc/rabbitmq/${source}`,
          owner,
          perm: '0600',
        })),
        // Kolla's bootstrap would take it from the environment, where `docker inspect` shows it.
        { source: cookieFile, dest: `/var/lib/rabbitmq/${cookieFile}`, owner, perm: '0400' },
      ],
      [
        { path: '/var/lib/rabbitmq', owner: 'rabbitmq:rabbitmq', recurse: true },
        { path: '/var/log/kolla/rabbitmq', owner: 'rabbitmq:rabbitmq', recurse: true },
      ],
    ),
    ...names.map((name) => configFile(name, overridden(ctx, overridable[name], rendered[name]))),
    configFile(cookieFile, password(ctx.cloud.passwords, cookie)),
  ]
}

function plugins({ globals }: HostView): string[] {
  return globals.rabbitmq_enable_prometheus_plugin
    ? ['rabbitmq_management', 'rabbitmq_prometheus']
    : ['rabbitmq_management']
}

function conf(ctx: Context): string {
  const { globals } = ctx.host
  const own = addressOf(ctx.host)
  const peers = ctx
    .members('rabbitmq')
    .map((member, index) => `cluster_formation.classic_config.nodes.${index} = ${nodeName(member)}`)
  return [
    `listeners.tcp.1 = ${own}:${globals.rabbitmq_port}`,
    `management.listener.ip = ${own}`,
    `management.listener.port = ${globals.rabbitmq_management_port}`,
    'management.load_definitions = /etc/rabbitmq/definitions.json',
    `cluster_partition_handling = ${globals.rabbitmq_cluster_partition_handling}`,
    'cluster_formation.peer_discovery_backend = rabbit_peer_discovery_classic_config',
    ...peers,
    ...(globals.rabbitmq_enable_prometheus_plugin
      ? [`prometheus.tcp.ip = ${own}`, `prometheus.tcp.port = ${globals.rabbitmq_prometheus_port}`]
      : []),
  ].join('\n')
}

function env(host: HostView): string {
  const { globals } = host
  const inetrc = '/etc/rabbitmq/erl_inetrc'
  const args = [`-kernel inetrc '${inetrc}'`, globals.rabbitmq_server_additional_erl_args]
  return [
    `RABBITMQ_NODENAME=${nodeName(host)}`,
    'RABBITMQ_LOG_BASE=/var/log/kolla/rabbitmq',
    `RABBITMQ_DIST_PORT=${globals.rabbitmq_cluster_port}`,
    `RABBITMQ_PID_FILE=/var/lib/rabbitmq/mnesia/rabbitmq.pid`,
    `RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS="${args.join(' ')}"`,
    `export ERL_EPMD_ADDRESS=${addressOf(host)}`,
    `export ERL_EPMD_PORT=${globals.rabbitmq_epmd_port}`,
    `export ERL_INETRC=${inetrc}`,
  ].join('\n')
}

/** Members talk to each other on the API network alone. */
function advanced(host: HostView): string {
  const port = host.globals.rabbitmq_cluster_port
  return `[
  {kernel, [
    {inet_dist_use_interface, {${addressOf(host).replaceAll('.', ',')}}},
    {inet_dist_listen_min, ${port}},
    {inet_dist_listen_max, ${port}}
  ]}
].
`
}
