import type { Globals } from '../../model/globals.js'
import { defaultWorkers } from '../api.js'
import { addressOf } from '../host-view.js'
import type { HostView } from '../host-view.js'
import { imageRef } from '../image.js'
import { configFile } from '../kolla-config.js'
import type { Placed } from '../kolla-config.js'
import { connectedProbe, openstackContainer, serviceFile } from '../openstack-container.js'
import type { OpenstackContainer } from '../openstack-container.js'
import { secret, section } from '../oslo.js'
import { overridden, replaceable } from '../overridden.js'
import type { Overridable } from '../overridden.js'
import { bridgesOf } from '../ovs-bridges.js'
import { datapathOf } from '../ovs-datapath.js'
import type { Component, Context, Probe } from '../service.js'
import { neutronConf, permissions, pluginsOf, statePermissions } from './conf.js'
import type { Part } from './conf.js'
import { merged, ml2Files } from './ml2.js'

const openvswitchIni = merged('openvswitch_agent.ini')
const dhcpIni = merged('dhcp_agent.ini')
const dnsmasqConf = replaceable('neutron', 'dnsmasq.conf')
const l3Ini = merged('l3_agent.ini')
const metadataIni: Overridable = { kind: 'oslo', paths: ['neutron/metadata_agent.ini'] }

export const agentOverrides = [openvswitchIni, dhcpIni, dnsmasqConf, l3Ini, metadataIni]

const shm = '/dev/shm:/dev/shm'
const state = 'neutron_metadata_socket:/var/lib/neutron/kolla/'
const namespaces = '/run/netns:/run/netns:shared'
const modules = '/lib/modules:/lib/modules:ro'

/**
 * In seconds. Those for Open vSwitch and DHCP finish what they are at in a few, then wait for threads of theirs that never
 * end.
 */
const ENDING = 20

type Agent =
  'neutron_openvswitch_agent' | 'neutron_dhcp_agent' | 'neutron_l3_agent' | 'neutron_metadata_agent'

/** What brings networks about on hosts: it wires ports, gives addresses, routes, and lets machines ask who they are. */
export const agents: readonly Component[] = [
  {
    ...agent('neutron_openvswitch_agent', 'openvswitch', (ctx) => {
      const plugin = ml2Files(ctx, 'openvswitch_agent.ini', openvswitchAgentIni(ctx))
      return {
        command: `neutron-openvswitch-agent ${configFiles('plugins/ml2/openvswitch_agent.ini')}`,
        ...plugin,
        permissions,
        volumes: [modules, '/run/openvswitch:/run/openvswitch:shared', shm],
        endsWithin: ENDING,
      }
    }),
    carriesMachines: true,
    interrupts: () => 'traffic goes on; no port is wired meanwhile',
  },
  {
    ...agent('neutron_dhcp_agent', 'neutron-dhcp-agent', (ctx) => ({
      command: `neutron-dhcp-agent ${configFiles('dhcp_agent.ini')}`,
      placed: [serviceFile('neutron', 'dhcp_agent.ini'), serviceFile('neutron', 'dnsmasq.conf')],
      files: [
        configFile('dhcp_agent.ini', dhcpAgentIni(ctx)),
        configFile('dnsmasq.conf', dnsmasq(ctx)),
      ],
      permissions: statePermissions,
      volumes: [state, namespaces, shm, ...dockerSocket(ctx.host.globals)],
      endsWithin: ENDING,
      ...wrapped(ctx, 'neutron_dhcp_agent'),
    })),
    helpers: 'neutron_dhcp_agent_',
    interrupts: () =>
      'machines keep their addresses; who asks for one meanwhile is answered by another agent of its network, or waits',
  },
  {
    ...agent('neutron_l3_agent', 'neutron-l3-agent', (ctx) => ({
      command: l3Wrapper.dest,
      placed: [l3Wrapper, serviceFile('neutron', 'l3_agent.ini')],
      files: [
        configFile(l3Wrapper.source, l3WrapperScript(ctx.host.globals)),
        configFile('l3_agent.ini', l3AgentIni(ctx)),
      ],
      permissions: statePermissions,
      volumes: [modules, state, namespaces, shm, ...dockerSocket(ctx.host.globals)],
      ...wrapped(ctx, 'neutron_l3_agent'),
    })),
    helpers: 'neutron_l3_agent_',
    interrupts: ({ globals }) =>
      globals.enable_neutron_agent_ha
        ? 'routers go on, here or on another host that takes them over; none is made or changed meanwhile'
        : 'routers go on; none is made or changed meanwhile',
  },
  agent('neutron_metadata_agent', 'neutron-metadata-agent', (ctx) => ({
    command: `neutron-metadata-agent ${configFiles('metadata_agent.ini')}`,
    placed: [serviceFile('neutron', 'metadata_agent.ini')],
    files: [configFile('metadata_agent.ini', metadataAgentIni(ctx))],
    permissions: statePermissions,
    volumes: [state, shm],
  })),
]

type Special = Omit<OpenstackContainer, 'name' | 'service' | 'check'>

function agent(name: Agent, group: string, special: (ctx: Context) => Special): Component {
  const part = name.replaceAll('_', '-') as Part
  return {
    container: name,
    group,
    containers: (ctx) => {
      const conf = neutronConf(ctx, part)
      const own = special(ctx)
      return [
        openstackContainer(ctx, {
          ...own,
          name,
          service: 'neutron',
          placed: [...conf.placed, ...own.placed],
          files: [...conf.files, ...own.files],
          privileged: true,
          check: `healthcheck_port ${part} ${ctx.host.globals.rabbitmq_port}`,
        }),
      ]
    },
    ports: () => [],
    health: ({ host }) => [health(host, name, part)],
    frontends: () => [],
  }
}

/** It works once it is connected to RabbitMQ; the one for metadata is so only while it has something to tell. */
function health({ globals }: HostView, container: Agent, part: Part): Probe {
  if (container === 'neutron_metadata_agent') return { kind: 'running', container }
  return connectedProbe(container, part, globals.rabbitmq_port)
}

const configFiles = (file: string) =>
  ['neutron.conf', file].map((name) => `--config-file /etc/neutron/${name}`).join(' ')

/**
 * With wrappers dnsmasq, keepalived, radvd and haproxy run in containers of their own, from the agent's image, and
 * outlive the agent.
 */
function wrapped({ host }: Context, name: 'neutron_dhcp_agent' | 'neutron_l3_agent') {
  const { globals } = host
  const wrappers = globals.neutron_agents_wrappers
  const image = name.replaceAll('_', '-')
  return {
    environment: {
      KOLLA_IMAGE: imageRef(globals, { name, image, service: 'neutron' }),
      KOLLA_NAME: name,
      KOLLA_NEUTRON_WRAPPERS: String(wrappers),
    },
    cgroupnsMode: wrappers ? ('host' as const) : ('private' as const),
    ...(wrappers && { pidMode: 'host' as const }),
  }
}

const dockerSocket = ({ neutron_agents_wrappers: wrappers }: Globals) =>
  wrappers ? ['/var/run/docker.sock:/var/run/docker.sock:ro'] : []

/** With the operator's options. */
export function openvswitchAgentIni(ctx: Context): string {
  const { globals } = ctx.host
  const extensions = pluginsOf(ctx, 'agent')
  const bridges = bridgesOf(ctx.cloud, ctx.host)
  const mappings = bridges.map(({ network, name }) => `${network}:${name}`).join(',')
  return overridden(
    ctx,
    openvswitchIni,
    [
      section('agent', {
        tunnel_types: 'vxlan',
        l2_population: true,
        arp_responder: true,
        extensions: extensions.length > 0 ? extensions.join(',') : undefined,
      }),
      section('securitygroup', {
        firewall_driver: 'neutron.agent.linux.iptables_firewall.OVSHybridIptablesFirewallDriver',
      }),
      section('ovs', {
        bridge_mappings: bridges.length > 0 ? mappings : undefined,
        datapath_type: datapathOf(ctx.host),
        ...ovsdb(globals),
        local_ip: addressOf(ctx.host, 'tunnel'),
      }),
    ].join(''),
  )
}

const ovsdb = (globals: Globals) => ({
  ovsdb_connection: `tcp:127.0.0.1:${globals.ovsdb_port}`,
  ovsdb_timeout: globals.ovsdb_timeout,
})

/**
 * How agents plug ports into their namespaces where vswitchd itself moves the packets: its own ports would be lost there
 * whenever it is started anew, veths come back; told of the datapath, agents have their ends fill in checksums.
 */
function plugging(host: HostView) {
  const isUserspace = datapathOf(host) === 'netdev'
  return {
    veth: isUserspace ? { ovs_use_veth: true } : {},
    ovs: { ...(isUserspace && { datapath_type: 'netdev' }), ...ovsdb(host.globals) },
  }
}

function dhcpAgentIni(ctx: Context): string {
  const { veth, ovs } = plugging(ctx.host)
  return overridden(
    ctx,
    dhcpIni,
    section('DEFAULT', {
      dnsmasq_config_file: '/etc/neutron/dnsmasq.conf',
      enable_isolated_metadata: true,
      force_metadata: true,
      dnsmasq_dns_servers: ctx.host.globals.neutron_dnsmasq_dns_servers,
      ...veth,
    }) + section('ovs', ovs),
  )
}

function dnsmasq(ctx: Context): string {
  const debug = ctx.host.globals.neutron_logging_debug ? ['log-dhcp', 'log-queries'] : []
  const lines = ['log-async', 'log-facility=/var/log/kolla/neutron/dnsmasq.log', ...debug, '']
  return overridden(ctx, dnsmasqConf, lines.join('\n'))
}

function l3AgentIni(ctx: Context): string {
  const { globals } = ctx.host
  const { veth, ovs } = plugging(ctx.host)
  const extensions = pluginsOf(ctx, 'l3')
  // kolla-ansible's until 2025.2: later it was found to make routers change places.
  const checks = globals.enable_neutron_agent_ha && globals.openstack_release === '2025.2'
  return overridden(
    ctx,
    l3Ini,
    section('DEFAULT', {
      agent_mode: 'legacy',
      ha_vrrp_health_check_interval: checks ? 5 : undefined,
      ...veth,
    }) +
      section('agent', {
        extensions: extensions.length > 0 ? extensions.join(',') : undefined,
      }) +
      section('ovs', ovs),
  )
}

const l3Wrapper: Placed = {
  source: 'neutron-l3-agent-wrapper.sh',
  dest: '/usr/local/bin/neutron-l3-agent-wrapper.sh',
  owner: 'root',
  perm: '0755',
}

/** Routers whose keepalived ended with the agent would be active on two hosts: their namespaces go first. */
function l3WrapperScript(globals: Globals): string {
  const files = ['neutron.conf', 'l3_agent.ini'].map(
    (name) => `        --config-file /etc/neutron/${name}`,
  )
  const cleans = !globals.neutron_agents_wrappers && globals.enable_neutron_agent_ha
  const cleanUp = ['neutron-netns-cleanup', ...files, '        --force --agent-type l3']
  return [
    '#!/bin/bash',
    'set -o errexit',
    ...(cleans ? [cleanUp.join(' \\\n')] : []),
    ['neutron-l3-agent', ...files].join(' \\\n'),
  ].join('\n')
}

function metadataAgentIni(ctx: Context): string {
  const { globals, facts } = ctx.host
  return overridden(
    ctx,
    metadataIni,
    section('DEFAULT', {
      nova_metadata_host: globals.kolla_internal_fqdn,
      nova_metadata_port: globals.nova_metadata_port,
      metadata_proxy_shared_secret: secret(ctx.cloud, 'metadata_secret'),
      nova_metadata_protocol: 'http',
      metadata_workers: globals.neutron_metadata_workers ?? defaultWorkers(globals, facts.cpus),
    }),
  )
}
