import { describe, expect, it } from 'vitest'
import type { Cloud } from '../model/cloud.js'
import { floating } from './floating.js'
import { contextOf } from './host-view.js'
import { mariabackup } from './mariabackup.js'
import { renderHost, requiredPasswords, servicesOn, socketsOf } from './render.js'
import { testCloud, testFacts } from './testing/cloud.js'

function fileOf(cloud: Cloud, container: string, path: string, host = 'kolla2'): string {
  const found = renderHost(cloud, testFacts, host).find((it) => it.name === container)
  return found?.files.find((file) => file.path === path)?.content ?? ''
}

describe('a host of the control plane', () => {
  const cloud = testCloud()
  const containers = renderHost(cloud, testFacts, 'kolla2')

  it('runs every service, in the order of the catalogue', () => {
    expect(containers.map((container) => container.name)).toEqual([
      'cron',
      'haproxy',
      'keepalived',
      'mariadb',
      'memcached',
      'rabbitmq',
      'keystone_ssh',
      'keystone_fernet',
      'keystone',
    ])
  })

  it('renders the same bytes every time, whatever floating address the host holds', () => {
    const holder = testFacts.map((facts) => ({
      ...facts,
      interfaces: {
        ...facts.interfaces,
        // The second was the floating one until it was given another.
        eth0: ['192.168.8.75/32', '192.168.8.99/32', ...(facts.interfaces['eth0'] ?? [])],
      },
    }))
    expect(renderHost(testCloud(), holder, 'kolla2')).toEqual(containers)
  })

  it('has a config.json for each container that places files which are there', () => {
    for (const container of containers) {
      const paths = container.files.map((file) => file.path)
      const { config_files: placed } = JSON.parse(
        container.files.find((file) => file.path === 'config.json')?.content ?? '{}',
      ) as { config_files: { source: string }[] }
      for (const { source } of placed) {
        const name = source.replace('/var/lib/kolla/config_files/', '')
        expect(paths.some((path) => path === name || path.startsWith(name))).toBe(true)
      }
      expect(new Set(paths).size).toBe(paths.length)
    }
  })

  it('keeps secrets out of everything but files that root alone reads', () => {
    const secrets = Object.values(cloud.passwords).flatMap((value) =>
      typeof value === 'string' ? [value] : [value.private_key],
    )
    for (const { files, ...definition } of containers) {
      const text = JSON.stringify({ ...definition, bootstrap: undefined, accounts: undefined })
      for (const secret of secrets) expect(text).not.toContain(JSON.stringify(secret).slice(1, -1))
      for (const file of files) expect(file.mode & 0o077).toBe(0)
    }
  })

  it('applies limits of a container, as globals.yml sets them', () => {
    const limited = testCloud({
      globals: {
        default_container_dimensions: { ulimits: { nofile: { soft: 20000, hard: 20000 } } },
        mariadb_dimensions: { mem_limit: '2g', cpu_shares: 512, cpuset_cpus: '0-3' },
      },
    })
    const byName = new Map(renderHost(limited, testFacts, 'kolla1').map((it) => [it.name, it]))
    expect(byName.get('keystone')?.ulimits).toEqual({ nofile: { soft: 20000, hard: 20000 } })
    expect(byName.get('mariadb')).toMatchObject({
      memoryLimit: '2g',
      cpuShares: 512,
      cpusetCpus: '0-3',
    })
  })

  it('says of its health what globals.yml wants to know', () => {
    const checked = (globals: Partial<Cloud['globals']>) =>
      renderHost(testCloud({ globals }), testFacts, 'kolla2')
        .filter((container) => container.healthcheck)
        .map((container) => container.name)
    const all = ['haproxy', 'mariadb', 'memcached', 'rabbitmq', 'keystone_ssh', 'keystone_fernet']
    expect(checked({})).toEqual([...all, 'keystone'])
    expect(checked({ keystone_enable_healthchecks: false })).toEqual(all)
    expect(checked({ enable_container_healthchecks: false })).toEqual([])
    const { healthcheck } = containers.find((it) => it.name === 'haproxy') ?? {}
    expect(healthcheck).toEqual({
      test: 'healthcheck_curl http://192.168.8.71:61313/',
      interval: 30,
      timeout: 30,
      startPeriod: 5,
      retries: 3,
    })
  })

  it('is started again as globals.yml wants it', () => {
    const policies = (globals: Partial<Cloud['globals']>) =>
      new Set(
        renderHost(testCloud({ globals }), testFacts, 'kolla1').map((it) =>
          JSON.stringify(it.restartPolicy),
        ),
      )
    expect(policies({})).toEqual(new Set([undefined]))
    expect(policies({ docker_restart_policy: 'on-failure' })).toEqual(
      new Set(['{"name":"on-failure","retries":10}']),
    )
  })

  it('knows every socket it opens once', () => {
    const sockets = socketsOf(cloud, testFacts, 'kolla2').map((it) => `${it.address}:${it.port}`)
    expect(new Set(sockets).size).toBe(sockets.length)
    expect(sockets).toContain('192.168.8.71:3306')
    expect(sockets).toContain('192.168.8.75:3306')
  })
})

describe('what is enabled decides', () => {
  it('leaves out a service, its frontends and its passwords', () => {
    const cloud = testCloud({ globals: { enable_keystone: false } })
    expect(servicesOn(cloud, 'kolla1').map((service) => service.name)).not.toContain('keystone')
    expect(fileOf(cloud, 'haproxy', 'services.d/keystone_internal.cfg')).toBe('')
    expect(requiredPasswords(cloud)).not.toContain('keystone_admin_password')
    expect(requiredPasswords(testCloud())).toContain('keystone_admin_password')
  })

  it('leaves out the folder of frontends where nothing is balanced', () => {
    const off = { enable_keystone: false, enable_mariadb: false, enable_rabbitmq: false }
    const cloud = testCloud({ globals: { ...off, enable_memcached: false } })
    for (const name of ['config.json', 'haproxy_run.sh']) {
      expect(fileOf(cloud, 'haproxy', name)).not.toContain('services.d')
      expect(fileOf(testCloud(), 'haproxy', name)).toContain('services.d/')
    }
  })

  it('needs the facts of every member', () => {
    expect(() => renderHost(testCloud(), testFacts.slice(0, 2), 'kolla1')).toThrow(
      'no facts of host kolla3',
    )
  })
})

describe('MariaDB', () => {
  const cnf = fileOf(testCloud(), 'mariadb', 'galera.cnf')

  it.each([
    'bind-address=192.168.8.71',
    'wsrep_cluster_address=gcomm://192.168.8.70:4567,192.168.8.71:4567,192.168.8.72:4567',
    'wsrep_node_address=192.168.8.71:4567',
    'wsrep_sst_receive_address=192.168.8.71:4444',
    'wsrep_sst_auth="backup_shard_0:backup#\\"1\\""',
    'innodb_buffer_pool_size=2048M',
    'wsrep_provider=/usr/lib/galera/libgalera_smm.so',
  ])('%s', (line) => {
    expect(cnf.split('\n')).toContain(line)
  })

  it.each(['database_password', 'mariadb_backup_database_password', 'mariadb_monitor_password'])(
    'wants its accounts mended when %s is another',
    (key) => {
      const accounts = (cloud: Cloud) =>
        renderHost(cloud, testFacts, 'kolla2').find((it) => it.name === 'mariadb')?.accounts
      const cloud = testCloud()
      const other = { ...cloud, passwords: { ...cloud.passwords, [key]: 'another' } }
      expect(accounts(other)).not.toBe(accounts(cloud))
      expect(accounts(testCloud())).toBe(accounts(cloud))
    },
  )

  it('takes the operator’s options, the host’s own last', () => {
    const overrides = [
      { path: 'galera.cnf', text: '[mysqld]\nmax_connections = 500\nport = {{ mariadb_port }}\n' },
      { path: 'mariadb/kolla2/galera.cnf', text: '[mysqld]\nmax_connections = 700\n' },
    ]
    const cloud = testCloud({ overrides })
    expect(fileOf(cloud, 'mariadb', 'galera.cnf', 'kolla1')).toContain('max_connections = 500\n')
    expect(fileOf(cloud, 'mariadb', 'galera.cnf', 'kolla2')).toContain('max_connections = 700\n')
    expect(fileOf(cloud, 'mariadb', 'galera.cnf')).toContain('port = 3306\n')
  })
})

describe("MariaDB's overrides", () => {
  it('are read where kolla-ansible reads them', () => {
    const set = (value: number) => `[mysqld]\nmax_connections = ${value}\n`
    const overrides = [
      { path: 'mariadb/galera.cnf', text: set(1) },
      { path: 'galera.cnf', text: set(2) },
      { path: 'mariadb/kolla3/galera.cnf', text: set(3) },
    ]
    const found = (host: string) => fileOf(testCloud({ overrides }), 'mariadb', 'galera.cnf', host)
    expect(found('kolla2')).toContain('max_connections = 2\n')
    expect(found('kolla3')).toContain('max_connections = 3\n')
  })

  it('have Galera run a program of the operator', () => {
    const overrides = [{ path: 'mariadb/wsrep-notify.sh', text: '#!/bin/sh\necho "$@"\n' }]
    const cloud = testCloud({ overrides })
    expect(fileOf(cloud, 'mariadb', 'wsrep-notify.sh')).toBe('#!/bin/sh\necho "$@"\n')
    expect(fileOf(cloud, 'mariadb', 'galera.cnf')).toMatch(/^wsrep_notify_cmd=\/usr\/local\/bin\//m)
    expect(fileOf(cloud, 'mariadb', 'config.json')).toContain('/usr/local/bin/wsrep-notify.sh')
    expect(fileOf(testCloud(), 'mariadb', 'galera.cnf')).not.toContain('wsrep_notify_cmd')
  })

  it('change how backups are taken', () => {
    const overrides = [
      { path: 'backup.my.cnf', text: '[mariadb-backup]\nparallel = 2\n' },
      { path: 'mariadb/kolla2/backup.my.cnf', text: '[mariadb-backup]\nparallel = 4\n' },
    ]
    const ctx = contextOf(testCloud({ overrides }), testFacts, 'kolla2')
    const file = mariabackup(ctx).files.find(({ path }) => path === 'my.cnf')
    expect(file?.content).toContain('user = backup_shard_0\n')
    expect(file?.content).toContain('parallel = 4\n')
  })
})

it('has every commit of MariaDB on the disk before it is answered', () => {
  for (const openstack_release of ['2025.2', '2026.1']) {
    const cloud = testCloud({ globals: { openstack_release } })
    expect(fileOf(cloud, 'mariadb', 'galera.cnf')).not.toContain('innodb_flush_log_at_trx_commit')
  }
})

describe('one host without load balancer', () => {
  const own = { kolla_internal_vip_address: '192.168.8.70' }
  const named = (globals: object) => {
    const cloud = testCloud({ globals: { ...own, ...globals } })
    return fileOf(cloud, 'memcached', 'config.json', 'kolla1')
  }

  it('may have the internal address as its own', () => {
    expect(named({ enable_haproxy: false })).toContain('-l 192.168.8.70')
  })

  it('may not while keepalived moves that about', () => {
    expect(() => named({})).toThrow('kolla1 has no IPv4 address on eth0')
    expect(() => named({ enable_haproxy: false, enable_keepalived: true })).toThrow()
  })
})

describe('HAProxy', () => {
  it("asks RabbitMQ's management whether the broker answers", () => {
    const lines = fileOf(testCloud(), 'haproxy', 'services.d/rabbitmq_management.cfg').split('\n')
    const login = Buffer.from('openstack-monitoring:watch-secret').toString('base64')
    expect(lines).toEqual(
      expect.arrayContaining([
        '    option httpchk GET /api/overview',
        `    http-check send hdr Authorization 'Basic ${login}'`,
        '    http-check expect status 200',
      ]),
    )
  })

  it('serves from the first MariaDB, asking each whether it can', () => {
    const lines = fileOf(testCloud(), 'haproxy', 'services.d/mariadb.cfg').split('\n')
    const servers = lines.filter((line) => line.startsWith('    server '))
    expect(servers.map((line) => line.endsWith(' backup'))).toEqual([false, true, true])
    expect(lines).toContain('    bind 192.168.8.75:3306 tcp-ut 30s')
    expect(lines).toContain('    srvtcpka-idle 5s')
    expect(servers.every((line) => line.includes(' tcp-ut 10s'))).toBe(true)
    expect(lines).toContain(
      '    tcp-check expect min-recv 64 binary 0b77737265705f7265616479024f4e',
    )
  })

  it('has external frontends only where the external address is another one', () => {
    const path = 'services.d/keystone_external.cfg'
    expect(fileOf(testCloud(), 'haproxy', path)).toBe('')
    const cloud = testCloud({ globals: { kolla_external_vip_address: '203.0.113.5' } })
    expect(fileOf(cloud, 'haproxy', path)).toContain('bind 203.0.113.5:5000')
  })

  it('has nothing on the external address where the operator has it balanced elsewhere', () => {
    const external = { kolla_external_vip_address: '203.0.113.5' }
    const cloud = testCloud({ globals: { ...external, haproxy_enable_external_vip: false } })
    expect(fileOf(cloud, 'haproxy', 'services.d/keystone_external.cfg')).toBe('')
    expect(fileOf(cloud, 'keepalived', 'keepalived.conf')).not.toContain('203.0.113.5')
    expect(fileOf(testCloud({ globals: external }), 'keepalived', 'keepalived.conf')).toContain(
      '203.0.113.5 dev eth0',
    )
    expect(floating(cloud).addresses).toEqual(['192.168.8.75'])
  })

  it('quotes a password for its own language', () => {
    expect(fileOf(testCloud(), 'haproxy', 'haproxy.cfg')).toContain(
      `stats auth 'openstack:stats'"'"' secret'`,
    )
  })
})

describe('keepalived', () => {
  it('gives each load balancer its own priority and eight characters of the password', () => {
    const [first, second] = ['kolla1', 'kolla2'].map((host) =>
      fileOf(testCloud(), 'keepalived', 'keepalived.conf', host),
    )
    expect(first).toContain('priority 225\n')
    expect(second).toContain('priority 235\n')
    expect(second).toContain('auth_pass keepaliv\n')
    expect(second).toContain('192.168.8.75 dev eth0\n')
  })

  it('asks HAProxy unless it is told not to', () => {
    const placed = (keepalived_track_script_enabled: boolean) =>
      fileOf(
        testCloud({ globals: { keepalived_track_script_enabled } }),
        'keepalived',
        'config.json',
      )
    expect(placed(true)).toContain('"dest": "/checks"')
    expect(placed(false)).not.toContain('"dest": "/checks"')
  })

  it('can speak to its peers alone', () => {
    const cloud = testCloud({ globals: { keepalived_traffic_mode: 'unicast' } })
    expect(fileOf(cloud, 'keepalived', 'keepalived.conf')).toMatch(
      /unicast_src_ip 192\.168\.8\.71\n.*unicast_peer {\n\s+192\.168\.8\.70\n\s+192\.168\.8\.72\n/s,
    )
  })
})

describe('RabbitMQ', () => {
  it('names its nodes by hostname and listens on the API network', () => {
    expect(fileOf(testCloud(), 'rabbitmq', 'rabbitmq-env.conf')).toContain(
      'RABBITMQ_NODENAME=rabbit@kolla2\n',
    )
    const conf = fileOf(testCloud(), 'rabbitmq', 'rabbitmq.conf')
    expect(conf).toContain('listeners.tcp.1 = 192.168.8.71:5672\n')
    expect(conf).toContain('cluster_formation.classic_config.nodes.2 = rabbit@kolla3\n')
    expect(fileOf(testCloud(), 'rabbitmq', 'advanced.config')).toContain('{192,168,8,71}')
  })

  it('holds password hashes, other ones for another password', () => {
    const text = fileOf(testCloud(), 'rabbitmq', 'definitions.json')
    expect(text).not.toContain('rabbit@:/secret')
    const base = testCloud()
    const other = { ...base, passwords: { ...base.passwords, rabbitmq_password: 'other' } }
    expect(fileOf(other, 'rabbitmq', 'definitions.json')).not.toBe(text)
  })

  it('lets streams forget', () => {
    const policies = (globals: Partial<Cloud['globals']>) =>
      (
        JSON.parse(fileOf(testCloud({ globals }), 'rabbitmq', 'definitions.json')) as {
          policies: unknown[]
        }
      ).policies
    expect(policies({ rabbitmq_stream_segment_max_age: '60s' })).toEqual([
      expect.objectContaining({
        'apply-to': 'streams',
        pattern: '.+',
        definition: { 'stream-max-segment-size-bytes': 500_000_000, 'max-age': '60s' },
      }),
    ])
    expect(policies({ om_enable_rabbitmq_stream_fanout: false })).toEqual([])
  })

  it('tells Prometheus only where somebody asks', () => {
    const cloud = testCloud({ globals: { rabbitmq_enable_prometheus_plugin: true } })
    expect(fileOf(cloud, 'rabbitmq', 'enabled_plugins')).toBe(
      '[rabbitmq_management, rabbitmq_prometheus].\n',
    )
    expect(fileOf(cloud, 'rabbitmq', 'rabbitmq.conf')).toContain(
      'prometheus.tcp.ip = 192.168.8.71\nprometheus.tcp.port = 15692\n',
    )
    expect(socketsOf(cloud, testFacts, 'kolla2').map(({ port }) => port)).toContain(15692)
    expect(fileOf(testCloud(), 'rabbitmq', 'rabbitmq.conf')).not.toContain('prometheus')
    expect(fileOf(testCloud(), 'rabbitmq', 'enabled_plugins')).toBe('[rabbitmq_management].\n')
  })

  it.each(['rabbitmq.conf', 'definitions.json'])("takes the operator's %s whole", (name) => {
    const overrides = [
      { path: name, text: 'no role reads it here\n' },
      { path: `rabbitmq/${name}`, text: '{"of": "all hosts"}\n' },
      { path: `rabbitmq/kolla3/${name}`, text: '{"of": "one"}\n' },
    ]
    expect(fileOf(testCloud({ overrides }), 'rabbitmq', name)).toBe('{"of": "all hosts"}\n')
  })
})

describe('Keystone', () => {
  it('writes passwords into URLs so that none breaks them', () => {
    const conf = fileOf(testCloud(), 'keystone', 'keystone.conf')
    expect(conf).toContain('mysql+pymysql://keystone:ks/db:$$pass@192.168.8.75:3306/keystone\n')
    expect(conf).toContain('openstack:rabbit%40%3A%2Fsecret@192.168.8.70:5672,')
    expect(conf).toContain(
      'memcache_servers = 192.168.8.70:11211,192.168.8.71:11211,192.168.8.72:11211\n',
    )
  })

  it('sends fanouts as globals.yml says', () => {
    const cloud = testCloud({ globals: { om_enable_rabbitmq_stream_fanout: false } })
    expect(fileOf(cloud, 'keystone', 'keystone.conf')).not.toContain('rabbit_stream_fanout')
    expect(fileOf(testCloud(), 'keystone', 'keystone.conf')).toContain(
      'rabbit_stream_fanout = true\nrabbit_qos_prefetch_count = 50\n',
    )
    const old = testCloud({ globals: { openstack_release: '2025.2' } })
    expect(fileOf(old, 'keystone', 'keystone.conf')).toContain('rabbit_qos_prefetch_count = 1\n')
  })

  it("rotates keys by keystone-fernet's own overrides, too", () => {
    const count = (value: number) => `[fernet_tokens]\nmax_active_keys = ${value}\n`
    const overrides = [
      { path: 'keystone.conf', text: count(7) },
      { path: 'keystone/keystone-fernet.conf', text: count(9) },
    ]
    const cloud = testCloud({ overrides })
    expect(fileOf(cloud, 'keystone_fernet', 'keystone.conf')).toContain('max_active_keys = 9\n')
    expect(fileOf(cloud, 'keystone', 'keystone.conf')).toContain('max_active_keys = 7\n')
  })

  it('takes all files of domains, a certificate too, and policies of all hosts alone', () => {
    const overrides = [
      { path: 'keystone/domains/keystone.ldap.conf', text: '[ldap]\n' },
      { path: 'keystone/domains/ca.pem', text: 'PEM' },
      { path: 'policy.yaml', text: 'a: b\n' },
      { path: 'keystone/kolla2/policy.yaml', text: 'c: d\n' },
    ]
    const cloud = testCloud({ overrides })
    expect(fileOf(cloud, 'keystone', 'domains/ca.pem')).toBe('PEM\n')
    expect(fileOf(cloud, 'keystone', 'policy.yaml')).toBe('')
  })

  it('knows the other members by the key that they share', () => {
    const push = fileOf(testCloud(), 'keystone_fernet', 'fernet-push.sh')
    expect(push).toContain('keystone@192.168.8.70:')
    expect(push).not.toContain('keystone@192.168.8.71:')
    expect(fileOf(testCloud(), 'keystone_fernet', 'known_hosts')).toContain(
      '[192.168.8.72]:8023 ssh-rsa AAAA\n',
    )
    expect(fileOf(testCloud(), 'keystone_fernet', 'ssh_config')).toContain(
      'StrictHostKeyChecking yes',
    )
  })

  it('takes settings of single domains', () => {
    const text = '[identity]\ndriver = ldap\n'
    const cloud = testCloud({
      overrides: [
        { path: 'keystone/domains/keystone.users.conf', text },
        { path: 'keystone/domains/ldap.crt', text: '-----BEGIN CERTIFICATE-----\n' },
      ],
    })
    expect(fileOf(cloud, 'keystone', 'domains/keystone.users.conf')).toBe(text)
    expect(fileOf(cloud, 'keystone', 'domains/ldap.crt')).toBe('-----BEGIN CERTIFICATE-----\n')
    expect(fileOf(cloud, 'keystone', 'keystone.conf')).toContain(
      'domain_specific_drivers_enabled = true\n',
    )
  })

  it.each([
    ['[token]\nexpiration = 7200\n', ['keystone']],
    ['[fernet_tokens]\nmax_active_keys = 9\n', ['keystone_fernet', 'keystone']],
  ])('changes by %j only the containers that read it', (text, names) => {
    const overrides = [{ path: 'keystone.conf', text }]
    const before = renderHost(testCloud(), testFacts, 'kolla1')
    const after = renderHost(testCloud({ overrides }), testFacts, 'kolla1')
    const changed = after.filter((container, index) => {
      const same = JSON.stringify(container) === JSON.stringify(before[index])
      return !same
    })
    expect(changed.map((container) => container.name)).toEqual(names)
  })

  it('tells the rotation of its keys nothing else', () => {
    expect(fileOf(testCloud(), 'keystone_fernet', 'keystone.conf')).toBe(
      '[DEFAULT]\nlog_file = /var/log/kolla/keystone/keystone.log\n\n[fernet_tokens]\nmax_active_keys = 3\n\n',
    )
  })
})
