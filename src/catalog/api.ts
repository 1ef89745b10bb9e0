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

/** APIs with a port of their own … */
type Listener = ContainerName & NameBefore<'_port'> & NameBefore<'_listen_port'>

/** … with another one at the external address … */
export type PublicName = Listener & NameBefore<'_public_port'>

/** … and with workers. */
export type ApiName = PublicName & NameBefore<'_workers'>

/** An API that uWSGI serves, with a frontend on each floating address. */
export type Api =
  | (AnyApi & { readonly container: ApiName })
  | (AnyApi & {
      readonly container: Listener
      readonly workers: (globals: Globals) => number | undefined
      /** Its port at the external address; undefined where it has none there. */
      readonly publicPort: (globals: Globals) => number | undefined
    })

interface AnyApi {
  readonly service: string
  /** If it is not called as the container, with dashes. */
  readonly image?: string
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
  /** Whether it reads bodies without a length itself, piece by piece. */
  readonly readsPieces?: boolean
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
        workers: workersOf(api, globals) ?? defaultWorkers(globals, facts.cpus),
        readsPieces: api.readsPieces ?? false,
        options: api.uwsgi ?? [],
      })
      return [
        openstackContainer(ctx, {
          name,
          service,
          ...(api.image !== undefined && { image: api.image }),
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
      (['internal', 'external'] as const).flatMap((address): Frontend[] => {
        const { globals } = cloud
        const at = address === 'internal' ? globals[`${name}_port`] : publicPort(api, globals)
        if (at === undefined) return []
        return [
          {
            name: address === 'internal' ? name : `${name}_external`,
            mode: 'http',
            address,
            port: at,
            group,
            listenPort: port,
            check: { kind: 'http', path: healthPath },
            firstHostOnly: api.firstHostOnly?.(cloud) ?? false,
            ...api.frontend?.(cloud),
          },
        ]
      }),
  }
}

function workersOf(api: Api, globals: Globals): number | undefined {
  return 'workers' in api ? api.workers(globals) : globals[`${api.container}_workers`]
}

function publicPort(api: Api, globals: Globals): number | undefined {
  return 'publicPort' in api ? api.publicPort(globals) : globals[`${api.container}_public_port`]
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

/** URLs of an API in Keystone's catalogue. */
export function endpoints({ globals }: Cloud, name: PublicName, path = '') {
  return {
    internal: `http://${globals.kolla_internal_fqdn}:${globals[`${name}_port`]}${path}`,
    public: `http://${globals.kolla_external_fqdn}:${globals[`${name}_public_port`]}${path}`,
  }
}
