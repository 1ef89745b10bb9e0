import { describe, expect, it } from 'vitest'
import { globalsSchema, settings } from './globals.js'
import { read, small } from './testing/read.js'

const findings = (line: string) => read({ ...small, globals: small.globals + line }).findings

describe('a value is one of the file that it goes into', () => {
  it.each([
    ['haproxy_client_timeout', '1m\\n    stats admin if TRUE', 'must be a time'],
    ['haproxy_queue_timeout', '1 m', 'must be a time'],
    ['keystone_database_user', 'key:stone', 'must be a name'],
    ['keystone_database_user', 'keystone@x', 'must be a name'],
    ['rabbitmq_user', 'open:stack', 'must be a name'],
    ['haproxy_user', 'open:stack', 'must be a name'],
    ['ceph_rgw_keystone_user', 'rgw # x', 'must be a name'],
    ['ceph_nova_pool_name', 'vms, allow *', 'must be a name'],
    ['kolla_internal_fqdn', 'api/x', 'must be a host name'],
    ['api_interface', 'eth0 { }', 'must be the name of a network interface'],
    ['rabbitmq_server_additional_erl_args', '+S 2:2\\"; id; \\"', 'must be one line without'],
    ['rabbitmq_server_additional_erl_args', '$(id)', 'must be one line without'],
    ['rabbitmq_cluster_partition_handling', 'ignore # x', 'must be one word'],
    ['mariadb_wsrep_sst_method', 'rsync\\nx=y', 'must be one word'],
    ['cron_logrotate_rotation_interval', 'weekly }', 'must be one word'],
    ['cron_logrotate_log_maxsize', '100M\\nx', 'must be a size'],
  ])('%s: %s', (key, value, message) => {
    expect(findings(`${key}: "${value}"`).join()).toContain(`error: '${key}' ${message}`)
  })

  it('no setting takes a line break, but paths and mappings of other shapes', () => {
    const taking = Object.entries(settings)
      .filter(([, { schema }]) => schema.safeParse('x\ny').success)
      .map(([key]) => key)
    expect(taking).toEqual([])
  })

  it('shows it in one line', () => {
    expect(findings('openstack_region_name: "a\\nb"')).toEqual([
      "globals.yml:2:1: error: 'openstack_region_name' must be one line without control characters, not 'a b'",
    ])
  })

  it('its defaults are', () => {
    expect(findings('haproxy_client_timeout: 90\nrabbitmq_server_additional_erl_args:')).toEqual([])
    expect(globalsSchema.safeParse({}).error?.issues.map(({ code }) => code)).not.toContain(
      'invalid_format',
    )
  })
})
