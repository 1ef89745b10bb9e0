import { password } from '../model/passwords.js'
import type { ConfigFile } from './container.js'
import { frontendConfig, frontendsOf } from './haproxy-frontend.js'
import { addressOf } from './host-view.js'
import type { HostView } from './host-view.js'
import { configFile, configJson, healthcheck, limits, localtime } from './kolla-config.js'
import { customFiles, overridden, replaceable } from './overridden.js'
import { ofOneComponent } from './service.js'
import type { Context, Frontend, Service } from './service.js'

/** Shared with keepalived, whose check asks HAProxy through it. */
export const haproxySocket = 'haproxy_socket:/var/lib/kolla/haproxy/'

const mainConfig = replaceable('haproxy', 'haproxy_main.cfg')
const runScript = replaceable('haproxy', 'haproxy_run.sh')
const customServices = { folder: 'haproxy/services.d', ending: '.cfg' } as const

/** Balances the frontends of every enabled service; answers on the floating address wherever keepalived puts it. */
export function haproxy(services: () => readonly Service[]): Service {
  return ofOneComponent({
    name: 'haproxy',
    container: 'haproxy',
    group: 'loadbalancer',
    enabled: (globals) => globals.enable_haproxy,
    containers: (ctx) => [
      {
        name: 'haproxy',
        service: 'haproxy',
        image: 'haproxy',
        files: files(ctx, services()),
        environment: {},
        volumes: [localtime, haproxySocket],
        ...healthcheck(ctx.host.globals, 'haproxy', `healthcheck_curl ${monitorUrl(ctx.host)}`),
        ...limits(ctx.host.globals.haproxy_dimensions),
      },
    ],
    ports: (ctx) => {
      const { globals } = ctx.host
      const own = [globals.haproxy_stats_port, globals.haproxy_monitor_port].map((port) => ({
        address: addressOf(ctx.host),
        port,
      }))
      const vip = globals.kolla_internal_vip_address
      const monitor = { address: vip, port: globals.haproxy_monitor_port }
      const front = frontendsOf(ctx.cloud, services()).map((it) => ({
        address: vipOf(ctx, it),
        port: it.port,
      }))
      return [...own, monitor, ...front].map((socket) => ({ container: 'haproxy', ...socket }))
    },
    health: ({ host }) => [{ kind: 'http', url: monitorUrl(host), status: 200 }],
    frontends: () => [],
    passwords: ['haproxy_password'],
    overrides: [mainConfig, runScript, customServices],
  })
}

function monitorUrl(host: HostView): string {
  return `http://${addressOf(host)}:${host.globals.haproxy_monitor_port}/`
}

function vipOf(ctx: Context, frontend: Frontend): string {
  return ctx.cloud.globals[`kolla_${frontend.address}_vip_address`]
}

function files(ctx: Context, services: readonly Service[]): ConfigFile[] {
  const place = (source: string, perm: string) => ({
    source,
    dest: `/etc/haproxy/${source.replace(/\/$/, '')}`,
    owner: 'root',
    perm,
  })
  const served = [
    ...frontendsOf(ctx.cloud, services).map((frontend) =>
      configFile(
        `services.d/${frontend.name}.cfg`,
        frontendConfig(frontend, vipOf(ctx, frontend), ctx.members(frontend.group)),
      ),
    ),
    ...customFiles(ctx, customServices).map(({ name, text }) =>
      configFile(`services.d/${name}`, text),
    ),
  ]
  // Where nothing is balanced there is no such folder, and neither Kolla nor HAProxy takes a missing one.
  const folders = served.length > 0 ? ['services.d/'] : []
  return [
    configJson('/etc/haproxy/haproxy_run.sh', [
      place('haproxy_run.sh', '0700'),
      place('haproxy.cfg', '0600'),
      ...folders.map((folder) => place(folder, '0700')),
    ]),
    configFile('haproxy_run.sh', overridden(ctx, runScript, run(folders))),
    configFile('haproxy.cfg', overridden(ctx, mainConfig, main(ctx))),
    ...served,
  ]
}

const run = (folders: readonly string[]) => `#!/bin/bash
set -o errexit
exec /usr/sbin/haproxy -W -db -p /run/haproxy.pid -f /etc/haproxy/haproxy.cfg${folders.map((it) => ` -f /etc/haproxy/${it}`).join('')}
`

/** The log goes to the container's own, which Docker rotates. The socket is root's and Kolla's group's alone. */
function main(ctx: Context): string {
  const { globals } = ctx.host
  const own = addressOf(ctx.host)
  const auth = `${globals.haproxy_user}:${password(ctx.cloud.passwords, 'haproxy_password')}`
  return `global
    chroot /var/lib/haproxy
    user haproxy
    group haproxy
    log stdout format raw local0
    maxconn ${globals.haproxy_max_connections}
    nbthread ${globals.haproxy_threads}
    stats socket /var/lib/kolla/haproxy/haproxy.sock group kolla mode 660 level admin

defaults
    log global
    option redispatch 1
    retries 3
    timeout http-request ${globals.haproxy_http_request_timeout}
    timeout http-keep-alive ${globals.haproxy_http_keep_alive_timeout}
    timeout queue ${globals.haproxy_queue_timeout}
    timeout connect ${globals.haproxy_connect_timeout}
    timeout client ${globals.haproxy_client_timeout}
    timeout server ${globals.haproxy_server_timeout}
    timeout check ${globals.haproxy_check_timeout}
    balance roundrobin
    maxconn ${globals.haproxy_defaults_max_connections}

listen stats
    bind ${own}:${globals.haproxy_stats_port}
    mode http
    stats enable
    stats uri /
    stats refresh 15s
    stats realm Haproxy\\ Stats
    stats auth ${word(auth)}

frontend status
    bind ${own}:${globals.haproxy_monitor_port}
    bind ${globals.kolla_internal_vip_address}:${globals.haproxy_monitor_port}
    mode http
    monitor-uri /
`
}

/** One word of HAProxy's language, strongly quoted, whatever it holds. */
function word(value: string): string {
  return `'${value.replaceAll("'", `'"'"'`)}'`
}
