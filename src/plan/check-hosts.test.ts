import { describe, expect, it } from 'vitest'
import { testCloud } from '../catalog/testing/cloud.js'
import type { ObservedHost } from '../model/observed-host.js'
import type { Globals } from '../model/globals.js'
import { formatFinding } from '../model/finding.js'
import { checkHosts } from './check-hosts.js'
import type { HostChecks } from './check-hosts.js'
import { desired, observedHost, running } from './testing.js'

interface Case {
  readonly globals?: Partial<Globals>
  readonly kolla2?: Partial<ObservedHost>
  readonly facts?: Partial<ObservedHost['facts']>
  readonly checks?: Partial<HostChecks>
  readonly balancers?: readonly string[]
}

function check({
  globals = {},
  kolla2 = {},
  facts = {},
  checks = {},
  balancers = ['kolla1', 'kolla2', 'kolla3'],
}: Case): string[] {
  const cloud = testCloud({ globals })
  const groups = new Map([...cloud.groups, ['loadbalancer', balancers] as const])
  const second = observedHost('kolla2', kolla2)
  const observed = [
    observedHost('kolla1'),
    { ...second, facts: { ...second.facts, ...facts } },
    observedHost('kolla3'),
  ]
  const containers = new Map([['kolla2', ['mariadb', 'keepalived']]])
  return checkHosts({ ...cloud, groups }, observed, { containers, ...checks }).map(formatFinding)
}

const eth0 = ['192.168.8.71/24']
const keepalived = running(desired({ name: 'keepalived', service: 'keepalived' }))
const port = { address: '0.0.0.0', port: 3306 }

describe('hosts are', () => {
  it.each<[string, Case, string[]]>([
    ['fine', {}, []],
    [
      'without the interface',
      { facts: { interfaces: { ens1: eth0, lo: ['127.0.0.1/8'] } } },
      [
        'kolla2: error: interface eth0 does not exist: set network_interface, in globals.yml or for this host, to one of ens1 (192.168.8.71/24)',
      ],
    ],
    [
      'without an address on it',
      { facts: { interfaces: { eth0: [] } } },
      ['kolla2: error: interface eth0 has no IPv4 address: no other interface has one either'],
    ],
    [
      'in another network than the floating address',
      { facts: { interfaces: { eth0: ['10.0.0.2/24'] } } },
      [
        'kolla2: error: kolla_internal_vip_address 192.168.8.75 is outside the network of eth0 (10.0.0.2/24): choose a free address in it',
      ],
    ],
    [
      'holding the floating address by our keepalived',
      {
        facts: { interfaces: { eth0: [...eth0, '192.168.8.75/32'] } },
        kolla2: { containers: [keepalived] },
      },
      [],
    ],
    [
      'holding what a killed keepalived left behind, which the next one clears',
      { facts: { interfaces: { eth0: ['192.168.8.75/32', ...eth0] } } },
      [],
    ],
    [
      'holding what a killed keepalived left behind, and no longer load balancers',
      {
        facts: { interfaces: { eth0: [...eth0, '192.168.8.75/32'] } },
        balancers: ['kolla1'],
      },
      [
        'kolla2: error: kolla_internal_vip_address 192.168.8.75 is still on eth0, as a keepalived that was killed leaves it: ip address delete 192.168.8.75/32 dev eth0',
      ],
    ],
    [
      'left with nothing but the floating address',
      { facts: { interfaces: { eth0: ['192.168.8.75/32'] } } },
      [
        'kolla2: error: interface eth0 has no IPv4 address but the floating 192.168.8.75/32: no other interface has one either',
      ],
    ],
    [
      'told to share the only address that they have',
      { facts: { interfaces: { eth0: ['192.168.8.75/24'] } } },
      [
        'kolla2: error: interface eth0 has no IPv4 address but the floating 192.168.8.75/24: no other interface has one either',
        "kolla2: error: kolla_internal_vip_address 192.168.8.75 is the host's own address: choose one that no host has",
      ],
    ],
    [
      'told to share their address while our keepalived runs',
      {
        facts: { interfaces: { eth0: ['192.168.8.75/24'] } },
        kolla2: { containers: [keepalived] },
      },
      [
        'kolla2: error: interface eth0 has no IPv4 address but the floating 192.168.8.75/24: no other interface has one either',
        "kolla2: error: kolla_internal_vip_address 192.168.8.75 is the host's own address: choose one that no host has",
      ],
    ],
    [
      'having the floating address as their own',
      { facts: { interfaces: { eth0: [...eth0, '192.168.8.75/24'] } } },
      [
        "kolla2: error: kolla_internal_vip_address 192.168.8.75 is the host's own address: choose one that no host has",
      ],
    ],
    [
      'having the internal address as their own, which nothing moves',
      { globals: { kolla_internal_vip_address: '192.168.8.71', enable_haproxy: false } },
      [],
    ],
    [
      'without Docker',
      { kolla2: { docker: undefined } as unknown as Partial<ObservedHost> },
      ['kolla2: error: no Docker engine answers: run bootstrap-servers first'],
    ],
    [
      'short of disk',
      { checks: { imageBytes: new Map([['kolla2', 30 * 2 ** 30]]) } },
      [
        'kolla2: error: the images need 30.0 GiB and /var/lib/docker has 20.0 GiB free: make room there, with `kolla-temporal prune` for one, or set docker_runtime_directory to a larger disk',
      ],
    ],
    [
      'running somebody else’s database',
      { kolla2: { listeners: [{ ...port, process: 'mariadbd', pid: 812 }] } },
      [
        'kolla2: error: port 3306, for haproxy and mariadb, is held on 0.0.0.0 by mariadbd (pid 812): stop it or choose another port',
      ],
    ],
    [
      'running our database',
      {
        kolla2: {
          containers: [running()],
          listeners: [{ ...port, process: 'mariadbd', pid: 812, container: 'mariadb' }],
        },
      },
      [],
    ],
    [
      'using the port on another address',
      { kolla2: { listeners: [{ ...port, address: '127.0.0.1', process: 'mariadbd' }] } },
      [],
    ],
    [
      'used by kolla-ansible before',
      { kolla2: { containers: [running(desired(), { labels: { kolla_version: '22' } })] } },
      [
        'kolla2: error: container mariadb was not made by kolla-temporal (kolla-ansible uses the same names): remove it, its volumes stay (docker rm --force mariadb)',
      ],
    ],
    [
      'part of another cloud',
      { kolla2: { containers: [running(desired(), { labels: { 'kolla_temporal.cloud': 'x' } })] } },
      ['kolla2: error: container mariadb belongs to the cloud x: a host can be in one cloud only'],
    ],
    [
      'named alike',
      { facts: { hostname: 'kolla1.example.org' } },
      [
        'kolla2: error: has the same hostname as kolla1, kolla1: give one of them another (hostnamectl set-hostname)',
      ],
    ],
    [
      'named as no RabbitMQ node can be',
      { facts: { hostname: 'localhost' } },
      [
        'kolla2: error: RabbitMQ cannot name a node by the hostname "localhost": set one of letters, digits and hyphens (hostnamectl set-hostname kolla2)',
      ],
    ],
  ])('%s', (_case, given, findings) => {
    expect(check(given)).toEqual(findings)
  })

  it('checked for all findings at once', () => {
    const findings = check({
      facts: { hostname: 'kolla1' },
      kolla2: { containers: [running(desired(), { labels: {} })] },
    })
    expect(findings).toHaveLength(2)
  })
})

describe('the interface of Open vSwitch', () => {
  const complaints = (named: string, eth2: readonly string[] = []) => {
    const interfaces = { eth0, eth1: ['10.10.9.102/24'], eth2 }
    const globals = {
      enable_neutron: true,
      neutron_external_interface: named,
      neutron_bridge_name: named
        .split(',')
        .map((_, index) => `br-${index}`)
        .join(','),
    }
    return check({ globals, facts: { interfaces } }).filter((it) => it.startsWith('kolla2'))
  }

  it('is one without an address', () => {
    expect(complaints('eth2')).toEqual([])
    expect(complaints('eth2', ['10.0.0.1/24'])).toEqual([
      expect.stringContaining('eth2 (neutron_external_interface) has the address 10.0.0.1/24'),
    ])
  })

  it('is there', () => {
    expect(complaints('eth2,eth7')).toEqual([
      expect.stringMatching(/eth7 .* does not exist: .*the host has eth2/),
    ])
  })

  it("is nobody else's", () => {
    expect(complaints('eth0')).toEqual([expect.stringContaining('is the api_interface')])
  })
})
