import type { Container } from './container.js'
import type { HostView } from './host-view.js'
import { configJson, healthcheck, limits, localtime, logs } from './kolla-config.js'
import { datapathOf, usesKernelDatapath } from './ovs-datapath.js'
import type { Component, Context, Service } from './service.js'

/** Switches of hosts: on each a database of what is plugged where, and the daemon that switches by it. */
export const openvswitch: Service = {
  name: 'openvswitch',
  enabled: (globals) => globals.enable_openvswitch,
  components: [
    component('openvswitch_db', 'openvswitch-db-server', (ctx) => {
      const remotes = [
        'punix:/run/openvswitch/db.sock',
        `ptcp:${ctx.host.globals.ovsdb_port}:127.0.0.1`,
        'db:Open_vSwitch,Open_vSwitch,manager_options',
      ]
      return {
        command: `ovsdb-server /var/lib/openvswitch/conf.db ${logging} ${remotes.map((it) => `--remote=${it}`).join(' ')} --log-file=/var/log/kolla/openvswitch/ovsdb-server.log --pidfile`,
        check: 'ovsdb-client list-dbs',
        volumes: ['openvswitch_db:/var/lib/openvswitch/'],
      }
    }),
    component('openvswitch_vswitchd', 'openvswitch-vswitchd', (ctx) => ({
      command: `ovs-vswitchd unix:/run/openvswitch/db.sock ${logging} --mlockall --log-file=/var/log/kolla/openvswitch/ovs-vswitchd.log --pidfile`,
      check: 'ovs-appctl version',
      // The image loads the kernel's module when it starts, and ends where there is none.
      volumes: usesKernelDatapath(ctx.host.facts) ? [] : ['/bin/true:/usr/sbin/modprobe:ro'],
      privileged: true,
      // kolla-ansible's since 2026.1; without it vswitchd can't tell who holds a tap.
      ...(ctx.host.globals.openstack_release !== '2025.2' && { pidMode: 'host' as const }),
    })),
  ],
  passwords: [],
  overrides: [],
  // Where tunnels end: Neutron's agent of these hosts is told the address.
  networks: ['tunnel'],
}

const logging = '-vconsole:emer -vsyslog:err -vfile:info'

const interruptions: Record<PartName, (host: HostView) => string> = {
  openvswitch_db: () => 'traffic goes on; no port is plugged meanwhile',
  openvswitch_vswitchd: (host) =>
    datapathOf(host) === 'netdev'
      ? 'its datapath is in userspace: no packet of its machines and routers is moved meanwhile, for some 3 s'
      : 'flows that the kernel knows go on; new ones wait until it is back',
}

type PartName = 'openvswitch_db' | 'openvswitch_vswitchd'

type Part = Pick<Container, 'privileged' | 'pidMode' | 'volumes'> & {
  readonly command: string
  readonly check: string
}

function component(name: PartName, folder: string, part: (ctx: Context) => Part): Component {
  return {
    container: name,
    folder,
    group: 'openvswitch',
    carriesMachines: true,
    interrupts: (host) => interruptions[name](host),
    containers: (ctx) => {
      const { globals } = ctx.host
      const { command, check, volumes, ...more } = part(ctx)
      return [
        {
          name,
          folder,
          service: 'openvswitch',
          image: folder,
          files: [configJson(`ovs_wrapper ${command}`, [])],
          environment: { KOLLA_SERVICE_NAME: name.replaceAll('_', '-') },
          volumes: [
            localtime,
            '/lib/modules:/lib/modules:ro',
            '/run/openvswitch:/run/openvswitch:shared',
            logs,
            ...volumes,
          ],
          stopTimeout: globals.docker_graceful_timeout,
          ...more,
          ...healthcheck(globals, name, check),
          ...limits(globals[`${name}_dimensions`]),
        },
      ]
    },
    ports: ({ host }) =>
      name === 'openvswitch_db'
        ? [{ container: name, address: '127.0.0.1', port: host.globals.ovsdb_port }]
        : [],
    health: (ctx) => [
      { kind: 'exec', container: name, command: part(ctx).check.split(' '), isItsCheck: true },
    ],
    frontends: () => [],
  }
}
