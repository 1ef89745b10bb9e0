import type { Cloud } from '../model/cloud.js'
import type { Globals } from '../model/globals.js'
import type { ConfigFile } from './container.js'
import { addressOf } from './host-view.js'
import type { HostView } from './host-view.js'
import type { NameBefore, Permission, Placed } from './kolla-config.js'
import { openstackContainer } from './openstack-container.js'
import type { ContainerName } from './openstack-container.js'
import type { Component, Context, Frontend } from './service.js'
import { uwsgiCommand, uwsgiFiles, uwsgiServes } from './uwsgi.js'

/** APIs with ports of their own. */
export type ApiName = ContainerName &
  NameBefore<'_port'> &
  NameBefore<'_listen_port'> &
  NameBefore<'_public_port'>

/** An API that uWSGI serves, with a frontend on each floating address. */
export interface Api {
  readonly container: ApiName
  readonly service: string
  /** What the setting of its processes is called before `_workers`, if not as the container. */
  readonly workers?: NameBefore<'_workers'>
  /** kolla-ansible's inventory group, if it is not called as the container, with dashes. */
  readonly group?: string
  /** Python module of the application. */
  readonly module: string
  /** Answers with 200 and needs no token. */
  readonly healthPath: string
  /** Its configuration: what goes below `/etc/<service>`, and what else belongs to it. */
  files(ctx: Context): { readonly placed: readonly Placed[]; readonly files: readonly ConfigFile[] }
  readonly permissions: readonly Permission[]
  volumes?(ctx: Context): readonly string[]
  privileged?(ctx: Context): boolean
  /** uWSGI's own further lines. */
  readonly uwsgi?: readonly string[]
  /** What its frontends have besides. */
  frontend?(cloud: Cloud): Partial<Frontend>
  readonly cephUsers?: (globals: Globals) => readonly string[]
  readonly firstHostOnly?: (cloud: Cloud) => boolean
}

export function apiComponent(api: Api): Component {
  const { container: name, service, healthPath } = api
  const dashed = name.replaceAll('_', '-')
  const group = api.group ?? dashed
  const workers = `${api.workers ?? (name as NameBefore<'_workers'>)}_workers` as const
  const port = (host: HostView) => host.globals[`${name}_listen_port`]
  const url = (host: HostView) => `http://${addressOf(host)}:${port(host)}${healthPath}`
  return {
    container: name,
    group,
    ...(api.cephUsers && { cephUsers: api.cephUsers }),
    ...(api.firstHostOnly && { firstHostOnly: api.firstHostOnly }),
    containers: (ctx) => {
      const own = api.files(ctx)
      const { globals, facts } = ctx.host
      const uwsgi = uwsgiFiles(ctx.host, {
        name: dashed,
        user: service,
        module: api.module,
        address: addressOf(ctx.host),
        port: port(ctx.host),
        workers: globals[workers] ?? defaultWorkers(globals, facts.cpus),
        options: api.uwsgi ?? [],
      })
      return [
        openstackContainer(ctx, {
          name,
          service,
          command: uwsgiCommand,
          placed: [...own.placed, ...uwsgi.placed],
          permissions: api.permissions,
          files: [...own.files, ...uwsgi.files],
          volumes: api.volumes?.(ctx) ?? [],
          privileged: api.privileged?.(ctx) ?? false,
          check: `healthcheck_curl ${url(ctx.host)}`,
          standby: uwsgiServes,
        }),
      ]
    },
    ports: ({ host }) => [{ container: name, address: addressOf(host), port: port(host) }],
    health: ({ host }) => [{ kind: 'http', url: url(host), status: 200 }],
    frontends: (cloud) =>
      (['internal', 'external'] as const).map((address) => ({
        name: address === 'internal' ? name : `${name}_external`,
        mode: 'http',
        address,
        port: portAt(cloud, name, address),
        group,
        listenPort: port,
        check: { kind: 'http', path: healthPath },
        firstHostOnly: api.firstHostOnly?.(cloud) ?? false,
        ...api.frontend?.(cloud),
      })),
  }
}

/** kolla-ansible's `openstack_service_workers`, by the host's processors where the operator names no number. */
export function defaultWorkers(
  {
    openstack_service_workers: workers,
  }: { readonly openstack_service_workers?: number | undefined },
  cpus: number,
): number {
  return workers ?? Math.min(cpus, 5)
}

function portAt({ globals }: Cloud, name: ApiName, address: Frontend['address']): number {
  return address === 'internal' ? globals[`${name}_port`] : globals[`${name}_public_port`]
}

/** URLs of an API in Keystone's catalogue. */
export function endpoints({ globals }: Cloud, name: ApiName, path = '') {
  return {
    internal: `http://${globals.kolla_internal_fqdn}:${globals[`${name}_port`]}${path}`,
    public: `http://${globals.kolla_external_fqdn}:${globals[`${name}_public_port`]}${path}`,
  }
}
