import { addressOf } from '../host-view.js'
import { section } from '../oslo.js'
import { mergedConf, overridden } from '../overridden.js'
import type { Overridable } from '../overridden.js'
import type { Context } from '../service.js'
import { defaults, others, workers } from './conf.js'

type CellPart = 'nova-conductor' | 'nova-novncproxy' | 'nova-compute'

export const cellParts: readonly CellPart[] = ['nova-conductor', 'nova-novncproxy', 'nova-compute']

/** kolla-ansible's role reads one file more than that of the API's side. */
export function mergedCellConf(part: CellPart): Overridable {
  const { kind, paths } = mergedConf('nova', part)
  return { kind, paths: [...paths, `nova/<host>/${part}.conf`] }
}

/** `nova.conf` of a part of the cell, with options and sections of its own. */
export function cellConf(
  ctx: Context,
  part: CellPart,
  own: Readonly<Record<string, number | string | boolean | undefined>>,
  sections: readonly string[],
): string {
  const { globals } = ctx.host
  const rendered = [
    defaults(ctx, {
      log_dir: '/var/log/kolla/nova',
      compute_driver: 'libvirt.LibvirtDriver',
      ...own,
    }),
    section('conductor', { workers: workers(ctx, globals.nova_cell_conductor_workers) }),
    vnc(ctx),
    ...sections,
    others(ctx, 3, { heartbeatInThread: false }),
  ]
  return overridden(ctx, mergedCellConf(part), rendered.join(''))
}

function vnc(ctx: Context): string {
  const { globals } = ctx.host
  const address = addressOf(ctx.host)
  const isCompute = ctx.members('compute').some(({ name }) => name === ctx.host.name)
  const url = `http://${globals.nova_novncproxy_fqdn}:${globals.nova_novncproxy_public_port}`
  return section('vnc', {
    novncproxy_host: address,
    novncproxy_port: globals.nova_novncproxy_listen_port,
    server_listen: address,
    server_proxyclient_address: address,
    novncproxy_base_url: isCompute ? `${url}/vnc_lite.html` : undefined,
  })
}
