import type { Cloud } from '../model/cloud.js'
import { password } from '../model/passwords.js'
import type { ConfigFile, Container } from './container.js'
import { addressOf } from './host-view.js'
import type { HostView } from './host-view.js'
import { domains, fernetConfig, keystoneConf, keystoneConfig } from './keystone-conf.js'
import { keystoneUrl } from './keystone-url.js'
import { keystoneOneShot } from './keystone-one-shot.js'
import { keystoneFernet, keystoneSsh } from './keystone-fernet.js'
import { databasesSql } from './mariadb-accounts.js'
import { configFile, configJson, healthcheck, limits, localtime, logs } from './kolla-config.js'
import type { Placed } from './kolla-config.js'
import { ownDatabase } from './oslo.js'
import { customFiles, overrideText } from './overridden.js'
import type { Context, Service } from './service.js'
import { uwsgiCommand, uwsgiFiles, uwsgiServes } from './uwsgi.js'

/** Files that we render no version of: they are there only if the operator wrote them, for all hosts. */
const extraFiles = ['keystone-paste.ini', 'policy.yaml'].map((file) => ({
  file,
  kind: 'whole' as const,
  paths: [`keystone/${file}`],
}))

export const keystone: Service = {
  name: 'keystone',
  memory: 100,
  enabled: (globals) => globals.enable_keystone,
  // The API waits for Fernet keys, which the others keep and hand on.
  components: [
    {
      container: 'keystone_ssh',
      group: 'keystone',
      containers: (ctx) => [keystoneSsh(ctx)],
      ports: ({ host }) => [
        {
          container: 'keystone_ssh',
          address: addressOf(host),
          port: host.globals.keystone_ssh_port,
        },
      ],
      health: ({ host }) => [
        { kind: 'tcp', address: addressOf(host), port: host.globals.keystone_ssh_port },
      ],
      frontends: () => [],
    },
    {
      container: 'keystone_fernet',
      group: 'keystone',
      containers: (ctx) => [keystoneFernet(ctx)],
      ports: () => [],
      health: () => [{ kind: 'running', container: 'keystone_fernet' }],
      frontends: () => [],
    },
    {
      container: 'keystone',
      group: 'keystone',
      containers: (ctx) => [api(ctx)],
      ports: ({ host }) => [
        {
          container: 'keystone',
          address: addressOf(host),
          port: host.globals.keystone_listen_port,
        },
      ],
      health: ({ host }) => [{ kind: 'http', url: healthUrl(host), status: 200 }],
      frontends: ({ globals }) =>
        (['internal', 'external'] as const).map((address) => ({
          name: `keystone_${address}`,
          mode: 'http',
          address,
          port:
            address === 'internal' ? globals.keystone_internal_port : globals.keystone_public_port,
          group: 'keystone',
          listenPort: (member) => member.globals.keystone_listen_port,
          check: { kind: 'http', path: '/healthcheck' },
          // Tokens are not stored.
          repeatable: ['/v3/auth/tokens'],
        })),
    },
  ],
  oneShotContainer: 'keystone',
  databases: ownDatabase('keystone'),
  schema: {
    sync: 'keystone-manage db_sync',
    expand: 'keystone-manage db_sync --expand\nkeystone-manage db_sync --migrate',
    contract: 'keystone-manage db_sync --contract',
    migrations: ['keystone/common/sql/migrations'],
  },
  bootstrap: (cloud) => [databasesSql(cloud, keystone), bootstrapCommand(cloud)],
  passwords: [
    'keystone_admin_password',
    'keystone_database_password',
    'keystone_ssh_key',
    'rabbitmq_password',
  ],
  overrides: [keystoneConfig, fernetConfig, ...extraFiles, domains],
}

function healthUrl(host: HostView): string {
  return `http://${addressOf(host)}:${host.globals.keystone_listen_port}/healthcheck`
}

/**
 * For a one-shot container of `keystone`: the database's schema, then the administrator, the default roles, region,
 * service and endpoints. It looks first and mends what differs (password, URLs), so it may run again. Needs the host's
 * Fernet keys: `keystone-manage bootstrap` refuses to work without any.
 */
export function bootstrapCommand(cloud: Cloud): {
  readonly command: readonly string[]
  /** Secret. Not for the command line: `keystone-manage` reads it from the environment. */
  readonly environment: Readonly<Record<string, string>>
} {
  const { globals, passwords } = cloud
  const options = {
    username: globals.keystone_admin_user,
    'project-name': globals.keystone_admin_project,
    'role-name': 'admin',
    'service-name': 'keystone',
    'region-id': globals.openstack_region_name,
    'internal-url': keystoneUrl(cloud, 'internal'),
    'public-url': keystoneUrl(cloud, 'public'),
  }
  const args = Object.entries(options).flatMap(([name, value]) => [`--bootstrap-${name}`, value])
  const { openstack_region_name: own, multiple_regions_names: all } = globals
  const others = all.filter((region) => region !== own)
  return {
    command:
      others.length === 0
        ? keystoneOneShot(`keystone-manage db_sync\n${bootstrap}`, ...args)
        : keystoneOneShot(`keystone-manage db_sync\n${bootstrapOthers}`, ...others, '--', ...args),
    environment: { OS_BOOTSTRAP_PASSWORD: password(passwords, 'keystone_admin_password') },
  }
}

const bootstrap = 'exec keystone-manage bootstrap "$@"'

/** Keystone has the same endpoints in each region: one after the other, and this one's at last. */
const bootstrapOthers = `regions=()
while [ "$1" != -- ]; do regions+=("$1"); shift; done
shift
for region in "\${regions[@]}"; do keystone-manage bootstrap "$@" --bootstrap-region-id "$region"; done
${bootstrap}`

function api(ctx: Context): Container {
  const { globals } = ctx.host
  const file = (source: string, dest = `/etc/keystone/${source}`): Placed => ({
    source,
    dest,
    owner: 'keystone',
    perm: '0600',
  })
  const extras = operatorsFiles(ctx)
  const { cpus } = ctx.host.facts
  const uwsgi = uwsgiFiles(ctx.host, {
    name: 'keystone',
    user: 'keystone',
    ini: 'keystone-api-uwsgi.ini',
    module: 'keystone.wsgi.api',
    shared: 'keystone.server.wsgi',
    // To be an identity provider for other clouds it reads all schemas of SAML: two fifths of what loading takes.
    seldom: 'keystone.federation.idp',
    address: addressOf(ctx.host),
    port: globals.keystone_listen_port,
    workers: globals.keystone_api_workers ?? globals.openstack_service_workers ?? Math.min(cpus, 5),
  })
  const startup = 'keystone-startup.sh'
  return {
    name: 'keystone',
    service: 'keystone',
    image: 'keystone',
    files: [
      configJson(
        `/usr/bin/${startup}`,
        [
          { source: startup, dest: `/usr/bin/${startup}`, owner: 'root', perm: '0755' },
          file('keystone.conf'),
          ...uwsgi.placed,
          ...extras.placed.map((source) =>
            file(source, `/etc/keystone/${source.replace(/\/$/, '')}`),
          ),
        ],
        [
          { path: '/var/log/kolla', owner: 'keystone:kolla' },
          { path: '/var/log/kolla/keystone/keystone.log', owner: 'keystone:keystone' },
          { path: '/etc/keystone/fernet-keys', owner: 'keystone:keystone', perm: '0770' },
          { path: '/etc/keystone/domains', owner: 'keystone:keystone', perm: '0700' },
        ],
      ),
      configFile(startup, startupScript),
      configFile('keystone.conf', keystoneConf(ctx)),
      ...uwsgi.files,
      ...extras.files,
    ],
    environment: {},
    volumes: [
      localtime,
      logs,
      '/dev/shm:/dev/shm',
      'keystone_fernet_tokens:/etc/keystone/fernet-keys',
    ],
    standby: uwsgiServes,
    ...healthcheck(globals, 'keystone', `healthcheck_curl ${healthUrl(ctx.host)}`),
    ...limits(globals.keystone_dimensions),
  }
}

function operatorsFiles(ctx: Context): { placed: string[]; files: ConfigFile[] } {
  const single = extraFiles.flatMap((target) => {
    const text = overrideText(ctx, target)
    return text === undefined ? [] : [configFile(target.file, text)]
  })
  const several = customFiles(ctx, domains).map(({ name, text }) =>
    configFile(`domains/${name}`, text),
  )
  return {
    placed: [...single.map((file) => file.path), ...(several.length > 0 ? ['domains/'] : [])],
    files: [...single, ...several],
  }
}

const startupScript = `#!/bin/bash
set -o errexit
# Key 0 is the next one to be used; a repository has it from the beginning.
for second in {1..180}; do
  [ -f /etc/keystone/fernet-keys/0 ] && exec ${uwsgiCommand}
  sleep 1
done
echo "no Fernet keys in /etc/keystone/fernet-keys after three minutes" >&2
exit 1
`
