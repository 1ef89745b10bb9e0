import { password } from '../../model/passwords.js'
import { addressOf, shortHostname } from '../host-view.js'
import type { HostView } from '../host-view.js'
import type { Identity } from '../identity.js'
import { configJson, limits } from '../kolla-config.js'
import { keystoneUrl } from '../keystone-url.js'
import { ofOneComponent } from '../service.js'
import type { Context } from '../service.js'
import {
  asCeph,
  cephConf,
  cephConfig,
  cephEnvironment,
  cephLogs,
  cephVolumes,
  placedConf,
} from './conf.js'

/** Object storage with the APIs of Swift and S3, for Keystone's users. */
export const cephRgw = ofOneComponent({
  name: 'ceph-rgw',
  memory: 70,
  container: 'ceph_rgw',
  group: 'ceph-rgw',
  enabled: (globals) => globals.enable_ceph && globals.enable_ceph_rgw,
  containers: (ctx) => [
    {
      name: 'ceph_rgw',
      service: 'ceph-rgw',
      image: 'ceph-rgw',
      files: [
        configJson(`/usr/bin/radosgw ${asCeph} -n ${rgwName(ctx.host)}`, [placedConf]),
        cephConf(ctx, gateway(ctx)),
      ],
      environment: cephEnvironment,
      volumes: [...cephVolumes, 'ceph_rgw:/var/lib/ceph'],
      ...limits(ctx.host.globals.ceph_rgw_dimensions),
    },
  ],
  ports: ({ host }) => [
    { container: 'ceph_rgw', address: addressOf(host), port: host.globals.ceph_rgw_port },
  ],
  health: ({ host }) => [
    {
      kind: 'http',
      url: `http://${addressOf(host)}:${host.globals.ceph_rgw_port}${healthPath}`,
      status: 200,
    },
  ],
  frontends: ({ globals }) =>
    (['internal', 'external'] as const).map((address) => ({
      name: `ceph_rgw_${address}`,
      mode: 'http',
      address,
      port: address === 'internal' ? globals.ceph_rgw_port : globals.ceph_rgw_public_port,
      group: 'ceph-rgw',
      listenPort: (member) => member.globals.ceph_rgw_port,
      check: { kind: 'http', path: healthPath },
    })),
  passwords: ['ceph_rgw_keystone_password'],
  overrides: [cephConfig],
  networks: ['storage', 'cluster'],
  logs: cephLogs,
})

const healthPath = '/swift/healthcheck'

/** Cephx name of a host's gateway. */
export const rgwName = (host: HostView) => `client.rgw.${shortHostname(host)}`

function gateway(ctx: Context): string {
  const { globals } = ctx.host
  return `
[${rgwName(ctx.host)}]
rgw frontends = beast endpoint=${addressOf(ctx.host)}:${globals.ceph_rgw_port}
rgw enable usage log = true
rgw keystone url = ${keystoneUrl(ctx.cloud, 'internal')}
rgw keystone api version = 3
rgw keystone admin user = ${globals.ceph_rgw_keystone_user}
rgw keystone admin password = ${password(ctx.cloud.passwords, 'ceph_rgw_keystone_password')}
rgw keystone admin domain = default
rgw keystone admin project = service
rgw keystone accepted roles = admin, member
rgw keystone verify ssl = true
rgw keystone implicit tenants = true
rgw s3 auth use keystone = true
rgw swift account in url = true
rgw swift versioning enabled = true
`
}

/** What Keystone's catalogue and accounts shall hold of it. */
export function swiftIdentity({ globals }: Context['cloud']): Identity {
  const path = '/swift/v1/AUTH_%(project_id)s'
  return {
    services: [
      {
        name: 'swift',
        type: 'object-store',
        description: 'Ceph Object Storage',
        endpoints: {
          internal: `http://${globals.kolla_internal_fqdn}:${globals.ceph_rgw_port}${path}`,
          public: `http://${globals.kolla_external_fqdn}:${globals.ceph_rgw_public_port}${path}`,
        },
      },
    ],
    users: [
      {
        name: globals.ceph_rgw_keystone_user,
        password: 'ceph_rgw_keystone_password',
        roles: ['admin'],
      },
    ],
  }
}
