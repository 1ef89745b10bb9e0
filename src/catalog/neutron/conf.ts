import { defaultWorkers } from '../api.js'
import { addressOf } from '../host-view.js'
import { keystoneUrl } from '../keystone-url.js'
import { confAndPolicy, policyOf } from '../openstack-container.js'
import {
  concurrency,
  database,
  keystoneAuthtoken,
  login,
  messaging,
  middleware,
  secret,
  section,
  transportUrl,
} from '../oslo.js'
import { mergedConf, overridden } from '../overridden.js'
import type { Context } from '../service.js'

/** Containers of Neutron, as kolla-ansible calls their folders. */
export type Part =
  | 'neutron-server'
  | 'neutron-rpc-server'
  | 'neutron-periodic-worker'
  | 'neutron-openvswitch-agent'
  | 'neutron-dhcp-agent'
  | 'neutron-l3-agent'
  | 'neutron-metadata-agent'

const parts: readonly Part[] = [
  'neutron-server',
  'neutron-rpc-server',
  'neutron-periodic-worker',
  'neutron-openvswitch-agent',
  'neutron-dhcp-agent',
  'neutron-l3-agent',
  'neutron-metadata-agent',
]

export const neutronOverrides = [
  ...parts.map((part) => mergedConf('neutron', part)),
  policyOf('neutron'),
]

export const permissions = [
  { path: '/var/log/kolla/neutron', owner: 'neutron:neutron', recurse: true },
]

/** Of parts that work in the volume of the agents. */
export const statePermissions = [
  ...permissions,
  { path: '/var/lib/neutron/kolla', owner: 'neutron:neutron', recurse: true },
]

/** neutron.conf, which every part has, and the operator's rules of access. */
export function neutronConf(ctx: Context, part: Part) {
  return confAndPolicy(ctx, 'neutron', 'neutron.conf', conf(ctx, part))
}

/** What Neutron is called by here, as `router`, and where it belongs. */
const plugins = [
  { setting: 'enable_neutron_qos', service: 'qos', agent: 'qos' },
  { service: 'router' },
  { setting: 'enable_neutron_segments', service: 'segments' },
  { setting: 'enable_neutron_trunk', service: 'trunk' },
  {
    setting: 'enable_neutron_port_forwarding',
    service: 'port_forwarding',
    l3: 'port_forwarding',
  },
  { setting: 'enable_neutron_packet_logging', service: 'log', agent: 'log' },
] as const

/** Names of the plugins that are enabled: of the server, and of those agents that have a part in it. */
export function pluginsOf({ host }: Context, kind: 'service' | 'agent' | 'l3'): string[] {
  return plugins
    .filter((plugin) => !('setting' in plugin) || host.globals[plugin.setting])
    .flatMap((plugin) => ({ agent: undefined, l3: undefined, ...plugin })[kind] ?? [])
}

function conf(ctx: Context, part: Part): string {
  const { globals, facts } = ctx.host
  const isServer = part === 'neutron-server'
  const rpcWorkers = globals.openstack_service_rpc_workers ?? Math.min(facts.cpus, 3)
  const haOptions = {
    dhcp_agents_per_network: globals.dhcp_agents_per_network,
    l3_ha: true,
    max_l3_agents_per_router: globals.max_l3_agents_per_router,
  }
  return overridden(
    ctx,
    mergedConf('neutron', part),
    [
      section('DEFAULT', {
        debug: globals.neutron_logging_debug,
        ...(isServer
          ? { log_file: '/var/log/kolla/neutron/neutron-server.log' }
          : { log_dir: '/var/log/kolla/neutron' }),
        use_stderr: false,
        bind_host: addressOf(ctx.host),
        bind_port: globals.neutron_server_listen_port,
        api_paste_config: '/etc/neutron/api-paste.ini',
        api_workers: globals.neutron_api_workers ?? defaultWorkers(globals, facts.cpus),
        rpc_workers: rpcWorkers,
        rpc_state_report_workers: rpcWorkers,
        state_path: '/var/lib/neutron/kolla',
        interface_driver: 'openvswitch',
        core_plugin: 'ml2',
        service_plugins: pluginsOf(ctx, 'service').join(','),
        ...(globals.enable_neutron_agent_ha ? haOptions : {}),
        transport_url: transportUrl(ctx),
        dns_domain: globals.neutron_dns_domain,
        ipam_driver: globals.neutron_ipam_driver,
      }),
      section('nova', {
        ...login(ctx, 'nova'),
        region_name: globals.openstack_region_name,
        endpoint_type: 'internal',
      }),
      middleware,
      concurrency('neutron'),
      section('agent', { root_helper: 'sudo neutron-rootwrap /etc/neutron/rootwrap.conf' }),
      database(ctx, 'neutron'),
      keystoneAuthtoken(ctx, 'neutron', 'network'),
      messaging(ctx, isServer ? part : undefined),
      section('placement', {
        auth_type: 'password',
        auth_url: keystoneUrl(ctx.cloud, 'internal'),
        username: globals.placement_keystone_user,
        password: secret(ctx.cloud, 'placement_keystone_password'),
        user_domain_name: 'Default',
        project_name: 'service',
        project_domain_name: 'Default',
        endpoint_type: 'internal',
        region_name: globals.openstack_region_name,
      }),
      section('privsep', {
        helper_command: 'sudo neutron-rootwrap /etc/neutron/rootwrap.conf privsep-helper',
      }),
    ].join(''),
  )
}
