import { addressOf } from './host-view.js'
import { configJson, healthcheck, limits, localtime } from './kolla-config.js'
import { ofOneComponent } from './service.js'

export const memcached = ofOneComponent({
  name: 'memcached',
  container: 'memcached',
  group: 'memcached',
  enabled: (globals) => globals.enable_memcached,
  containers: ({ host }) => {
    const { memcached_port, memcached_connection_limit, memcached_max_memory } = host.globals
    const command =
      `/usr/bin/memcached -v -l ${addressOf(host)} -p ${memcached_port} -U 0` +
      ` -c ${memcached_connection_limit} -m ${memcached_max_memory}`
    return [
      {
        name: 'memcached',
        service: 'memcached',
        image: 'memcached',
        files: [configJson(command, [])],
        environment: {},
        volumes: [localtime],
        ...healthcheck(host.globals, 'memcached', `healthcheck_listen memcached ${memcached_port}`),
        ...limits(host.globals.memcached_dimensions),
      },
    ]
  },
  ports: ({ host }) => [
    { container: 'memcached', address: addressOf(host), port: host.globals.memcached_port },
  ],
  health: ({ host }) => [
    { kind: 'tcp', address: addressOf(host), port: host.globals.memcached_port },
  ],
  frontends: () => [],
  passwords: [],
  overrides: [],
})
