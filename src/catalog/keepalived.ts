import { externalVip } from '../model/external-vip.js'
import { password } from '../model/passwords.js'
import { haproxySocket } from './haproxy.js'
import { addressOf, interfaceOf } from './host-view.js'
import { configFile, configJson, limits, localtime } from './kolla-config.js'
import { overridden, replaceable } from './overridden.js'
import { ofOneComponent } from './service.js'
import type { Context } from './service.js'

const config = replaceable('keepalived', 'keepalived.conf')

/** Gives the floating addresses to one living load balancer. */
export const keepalived = ofOneComponent({
  name: 'keepalived',
  container: 'keepalived',
  group: 'loadbalancer',
  enabled: (globals) => globals.enable_keepalived,
  containers: (ctx) => {
    const { globals } = ctx.host
    const tracked = globals.keepalived_track_script_enabled && globals.enable_haproxy
    return [
      {
        name: 'keepalived',
        service: 'keepalived',
        image: 'keepalived',
        files: [
          configJson('/usr/sbin/keepalived -nld -p /run/keepalived.pid', [
            {
              source: 'keepalived.conf',
              dest: '/etc/keepalived/keepalived.conf',
              owner: 'root',
              perm: '0600',
            },
            ...(tracked
              ? [{ source: 'checks/', dest: '/checks', owner: 'root', perm: '0770' }]
              : []),
          ]),
          configFile('keepalived.conf', overridden(ctx, config, keepalivedConf(ctx, tracked))),
          ...(tracked ? [configFile('checks/check_alive_haproxy.sh', checkHaproxy)] : []),
        ],
        environment: {},
        volumes: [localtime, '/lib/modules:/lib/modules:ro', haproxySocket],
        capabilities: ['NET_ADMIN', 'NET_BROADCAST', 'NET_RAW'],
        ...limits(globals.keepalived_dimensions),
      },
    ]
  },
  ports: () => [],
  health: () => [{ kind: 'running', container: 'keepalived' }],
  frontends: () => [],
  passwords: ['keepalived_password'],
  overrides: [config],
})

/**
 * Who has not the highest priority waits for (256 - priority) / 256 seconds before it takes an address that another one
 * has given up. kolla-ansible counts from 1, so that nobody has it for a whole second.
 */
const PRIORITY_STEP = 10

/** Kolla's `/check_alive.sh` runs every file of `/checks`. */
const checkHaproxy = `#!/bin/bash
echo "show info" | socat unix-connect:/var/lib/kolla/haproxy/haproxy.sock stdio > /dev/null
`

function keepalivedConf(ctx: Context, tracked: boolean): string {
  const { host } = ctx
  const { globals } = host
  const members = ctx.members('loadbalancer')
  const rank = members.length - members.findIndex((member) => member.name === host.name)
  const priority = Math.max(255 - rank * PRIORITY_STEP, 1)
  const internal = globals.kolla_internal_vip_address
  const external = externalVip(globals)
  const apiInterface = interfaceOf(host, 'api')
  const externalInterface = globals.kolla_external_vip_interface
  const peers = members.filter((member) => member.name !== host.name).map((it) => addressOf(it))
  return [
    ...block('global_defs', ['script_user root']),
    ...(tracked
      ? block('vrrp_script check_alive', [
          'script "/check_alive.sh"',
          'interval 2',
          'fall 2',
          'rise 10',
        ])
      : []),
    ...block(`vrrp_instance kolla_internal_vip_${globals.keepalived_virtual_router_id}`, [
      'state BACKUP',
      'nopreempt',
      `interface ${apiInterface}`,
      `virtual_router_id ${globals.keepalived_virtual_router_id}`,
      `priority ${priority}`,
      'advert_int 1',
      ...(globals.keepalived_traffic_mode === 'unicast' ? unicast(addressOf(host), peers) : []),
      ...block('virtual_ipaddress', [
        `${internal} dev ${apiInterface}`,
        ...(external === undefined ? [] : [`${external} dev ${externalInterface}`]),
      ]),
      ...(external !== undefined && externalInterface !== apiInterface
        ? block('track_interface', [externalInterface])
        : []),
      ...block('authentication', [
        'auth_type PASS',
        // VRRP carries eight characters; keepalived would cut the rest off with a warning.
        `auth_pass ${password(ctx.cloud.passwords, 'keepalived_password').slice(0, 8)}`,
      ]),
      ...(tracked ? block('track_script', ['check_alive']) : []),
    ]),
  ].join('\n')
}

function unicast(own: string, peers: readonly string[]): string[] {
  return [`unicast_src_ip ${own}`, ...(peers.length > 0 ? block('unicast_peer', peers) : [])]
}

function block(name: string, lines: readonly string[]): string[] {
  return [`${name} {`, ...lines.map((line) => `    ${line}`), '}']
}
