import type { Cloud } from '../model/cloud.js'
import type { Container } from './container.js'
import { configFile, configJson, limits, localtime, logs } from './kolla-config.js'
import { cronCommand } from './distro.js'
import { overridden, replaceable } from './overridden.js'
import { logFolders, ofOneComponent } from './service.js'
import type { Context, Service } from './service.js'

const rotation = replaceable('cron', 'cron-logrotate-global.conf')

/** Rotates the logs of all services in the volume `kolla_logs`. */
export function cron(services: () => readonly Service[]): Service {
  const logged = (cloud: Cloud) => {
    const enabled = services().filter(
      (service) => service.name !== 'cron' && service.enabled(cloud.globals),
    )
    return new Map(
      enabled.flatMap((service) =>
        logFolders(service).map((folder) => [folder, service.afterRotation] as const),
      ),
    )
  }
  return ofOneComponent({
    name: 'cron',
    container: 'cron',
    group: 'cron',
    enabled: () => true,
    containers: (ctx) => [container(ctx, logged(ctx.cloud))],
    ports: () => [],
    health: () => [{ kind: 'running', container: 'cron' }],
    frontends: () => [],
    passwords: [],
    overrides: [rotation],
  })
}

/** Folder of logs → what is done once they were rotated. */
type Logged = ReadonlyMap<string, string | undefined>

function container(ctx: Context, logged: Logged): Container {
  const { globals } = ctx.host
  return {
    name: 'cron',
    service: 'cron',
    image: 'cron',
    files: [
      configJson(cronCommand(globals), [
        { source: 'logrotate.conf', dest: '/etc/logrotate.conf', owner: 'root', perm: '0600' },
      ]),
      configFile('logrotate.conf', overridden(ctx, rotation, logrotate(ctx, logged))),
    ],
    environment: { KOLLA_LOGROTATE_SCHEDULE: globals.cron_logrotate_schedule },
    volumes: [localtime, logs],
    ...limits(globals.cron_dimensions),
  }
}

function logrotate(ctx: Context, logged: Logged): string {
  const { globals } = ctx.host
  return [
    globals.cron_logrotate_rotation_interval,
    `rotate ${globals.cron_logrotate_rotation_count}`,
    'copytruncate',
    'compress',
    'delaycompress',
    'notifempty',
    'missingok',
    `minsize ${globals.cron_logrotate_log_minsize}`,
    `maxsize ${globals.cron_logrotate_log_maxsize}`,
    'su root kolla',
    ...[...logged].map(([folder, after]) => {
      const script = after === undefined ? '' : `    postrotate\n        ${after}\n    endscript\n`
      return `"/var/log/kolla/${folder}/*.log"\n{\n${script}}`
    }),
  ].join('\n')
}
