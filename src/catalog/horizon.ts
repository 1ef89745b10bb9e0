import { password } from '../model/passwords.js'
import { defaultWorkers } from './api.js'
import { addressOf } from './host-view.js'
import type { HostView } from './host-view.js'
import { fixedSettings, logging, restApiSettings, securityGroupRules } from './horizon-settings.js'
import { keystoneUrl } from './keystone-url.js'
import { configFile } from './kolla-config.js'
import type { Placed } from './kolla-config.js'
import { openstackContainer } from './openstack-container.js'
import { pythonBool } from './oslo.js'
import { overridden, replaceable } from './overridden.js'
import { ofOneComponent } from './service.js'
import type { Context } from './service.js'
import { uwsgiCommand, uwsgiFiles, uwsgiServes } from './uwsgi.js'

const settingsFile = (file: string) => ({ file, ...replaceable('horizon', file) })
const kollaSettings = settingsFile('_9998-kolla-settings.py')
const customSettings = settingsFile('_9999-custom-settings.py')

/** Dashboards of kolla-ansible's whose services this version does not deploy. */
const others = [
  'BLAZAR',
  'CLOUDKITTY',
  'DESIGNATE',
  'FWAAS',
  'IRONIC',
  'MAGNUM',
  'MANILA',
  'MASAKARI',
  'MISTRAL',
  'NEUTRON_VPNAAS',
  'OCTAVIA',
  'TACKER',
  'TROVE',
  'WATCHER',
]

/** Roles that Keystone's own bootstrap makes, whatever the settings. */
const ofBootstrap = ['admin', 'manager', 'member', 'reader', 'service']

/** The dashboard. It keeps no data: sessions are in memcached. */
export const horizon = ofOneComponent({
  name: 'horizon',
  memory: 100,
  container: 'horizon',
  group: 'horizon',
  enabled: (globals) => globals.enable_horizon,
  containers: (ctx) => {
    const { globals, facts } = ctx.host
    const uwsgi = uwsgiFiles(ctx.host, {
      name: 'horizon',
      user: 'horizon',
      module: 'openstack_dashboard.wsgi',
      address: addressOf(ctx.host),
      port: globals.horizon_listen_port,
      workers: globals.horizon_wsgi_processes ?? defaultWorkers(globals, facts.cpus),
      options: [`threads = ${globals.horizon_wsgi_threads}`],
    })
    const local = (source: string): Placed => ({
      source,
      dest: `/etc/openstack-dashboard/local_settings.d/${source}`,
      owner: 'horizon',
      perm: '0600',
    })
    return [
      openstackContainer(ctx, {
        name: 'horizon',
        service: 'horizon',
        command: uwsgiCommand,
        placed: [local(kollaSettings.file), local(customSettings.file), ...uwsgi.placed],
        permissions: [],
        files: [
          configFile(kollaSettings.file, overridden(ctx, kollaSettings, settings(ctx))),
          configFile(customSettings.file, overridden(ctx, customSettings, '')),
          ...uwsgi.files,
        ],
        environment: {
          ...Object.fromEntries(others.map((name) => [`ENABLE_${name}`, 'no'])),
          ENABLE_HEAT: globals.enable_horizon_heat ? 'yes' : 'no',
          FORCE_GENERATE: 'no',
        },
        check: `healthcheck_curl ${rootUrl(ctx.host)}`,
        standby: uwsgiServes,
      }),
    ]
  },
  ports: ({ host }) => [
    { container: 'horizon', address: addressOf(host), port: host.globals.horizon_listen_port },
  ],
  health: ({ host }) => [{ kind: 'http', url: `${rootUrl(host)}/auth/login/`, status: 200 }],
  frontends: ({ globals }) =>
    (['internal', 'external'] as const).map((address) => ({
      name: address === 'internal' ? 'horizon' : 'horizon_external',
      mode: 'http',
      address,
      port: globals.horizon_port,
      group: 'horizon',
      listenPort: (member) => member.globals.horizon_listen_port,
      check: { kind: 'answers' },
    })),
  // Whoever is made a member of a project gets it.
  identity: ({ globals: { keystone_default_user_role: role } }) =>
    ofBootstrap.includes(role) ? undefined : { services: [], users: [], roles: [role] },
  passwords: ['horizon_secret_key'],
  overrides: [kollaSettings, customSettings],
})

function rootUrl(host: HostView): string {
  return `http://${addressOf(host)}:${host.globals.horizon_listen_port}`
}

function settings(ctx: Context): string {
  const { globals } = ctx.host
  const caches = ctx
    .members('memcached')
    .map((member) => `            '${addressOf(member)}:${member.globals.memcached_port}',\n`)
  return `DEBUG = ${pythonBool(globals.horizon_logging_debug)}
TEMPLATE_DEBUG = DEBUG
COMPRESS_OFFLINE = True
WEBROOT = '/'
ALLOWED_HOSTS = ['*']

${caches.length > 0 ? sessions(caches) : ''}
OPENSTACK_API_VERSIONS = {
    "identity": 3,
}

OPENSTACK_KEYSTONE_MULTIDOMAIN_SUPPORT = ${pythonBool(globals.horizon_keystone_multidomain)}
OPENSTACK_KEYSTONE_DOMAIN_DROPDOWN = False
OPENSTACK_KEYSTONE_DOMAIN_CHOICES = (
    ('Default', 'default'),
)

LOCAL_PATH = '/tmp'
SECRET_KEY = ${python(password(ctx.cloud.passwords, 'horizon_secret_key'))}

EMAIL_BACKEND = 'django.core.mail.backends.console.EmailBackend'
${regions(ctx)}
OPENSTACK_HOST = ${python(globals.kolla_internal_fqdn)}
OPENSTACK_KEYSTONE_URL = ${python(`${keystoneUrl(ctx.cloud, 'internal')}/v3`)}
OPENSTACK_KEYSTONE_DEFAULT_ROLE = ${python(globals.keystone_default_user_role)}

OPENSTACK_CINDER_FEATURES = {
    'enable_backup': ${pythonBool(globals.enable_cinder_backup)},
}

${fixedSettings}
${logging}
${securityGroupRules}
${restApiSettings}`
}

function regions(ctx: Context): string {
  const { multiple_regions_names: all } = ctx.host.globals
  if (all.length < 2) return ''
  const url = keystoneUrl(ctx.cloud, 'internal')
  const lines = all.map((name) => `    ('${url}', '${name}'),\n`)
  return `
AVAILABLE_REGIONS = [
${lines.join('')}]
`
}

function sessions(caches: readonly string[]): string {
  return `SESSION_ENGINE = 'django.contrib.sessions.backends.cache'
CACHES = {
    'default': {
        'BACKEND': 'django.core.cache.backends.memcached.PyMemcacheCache',
        'LOCATION': [
${caches.join('')}        ],
        'OPTIONS': {
            'ignore_exc': True,
        }
    }
}
`
}

/** A text of Python's; JSON's escapes are a part of its. */
function python(text: string): string {
  return JSON.stringify(text)
}
