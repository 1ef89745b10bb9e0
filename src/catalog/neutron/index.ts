import { apiComponent, endpoints } from '../api.js'
import { ownDatabase } from '../oslo.js'
import type { Cloud } from '../../model/cloud.js'
import type { Service } from '../service.js'
import { agents, agentOverrides } from './agents.js'
import { permissions, neutronOverrides } from './conf.js'
import { ml2Override, ml2Plugins } from './ml2.js'
import { serverFiles, workers } from './server.js'

/** Networks of machines, by ML2 with Open vSwitch: what asks for them, and the agents that bring them about on hosts. */
export const neutron: Service = {
  name: 'neutron',
  memory: 150,
  enabled: (globals) => globals.enable_neutron,
  components: [
    apiComponent({
      container: 'neutron_server',
      service: 'neutron',
      module: 'neutron.wsgi.api',
      workers: (globals) => globals.neutron_api_workers,
      publicPort: (globals) => globals.neutron_server_public_port,
      healthPath: '/healthcheck',
      files: serverFiles,
      permissions,
      volumes: () => ['/dev/shm:/dev/shm'],
      uwsgi: ['logfile-chmod = 644'],
    }),
    ...workers,
    ...agents,
  ],
  databases: ownDatabase('neutron'),
  schema: {
    sync: 'neutron-db-manage --subproject neutron upgrade heads',
    expand: 'neutron-db-manage --subproject neutron upgrade --expand',
    contract: 'neutron-db-manage --subproject neutron upgrade --contract',
    check: 'neutron-status upgrade check',
    migrations: ['neutron/db/migration/alembic_migrations'],
  },
  identity: (cloud: Cloud) => ({
    services: [
      {
        name: 'neutron',
        type: 'network',
        description: 'Openstack Networking',
        endpoints: endpoints(cloud, 'neutron_server'),
      },
    ],
    users: [
      {
        name: cloud.globals.neutron_keystone_user,
        password: 'neutron_keystone_password',
        roles: ['admin', 'service'],
      },
    ],
  }),
  passwords: [
    'neutron_database_password',
    'neutron_keystone_password',
    'neutron_ssh_key',
    'metadata_secret',
    'nova_keystone_password',
    'placement_keystone_password',
    'memcache_secret_key',
    'keystone_admin_password',
    'rabbitmq_password',
  ],
  // Those of helpers, which are root's, among them.
  afterRotation: 'chmod 644 /var/log/kolla/neutron/*.log',
  overrides: [...neutronOverrides, ml2Override, ml2Plugins, ...agentOverrides],
}
