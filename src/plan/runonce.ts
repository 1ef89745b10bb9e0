import type { Finding } from '../model/finding.js'
import { inNetwork } from './address.js'

/** What `init-runonce` may be told of its networks: the variables of kolla-ansible's script. */
export interface RunonceAddresses {
  /** Whether there is an external network; by default there is. */
  readonly extNet?: boolean
  readonly extNetCidr?: string
  /** `start=10.0.2.150,end=10.0.2.199` */
  readonly extNetRange?: string
  readonly extNetGateway?: string
  readonly demoNetCidr?: string
  readonly demoNetGateway?: string
  readonly demoNetDns?: string
}

/** The networks of `init-runonce`. */
export interface RunonceNetworks {
  readonly external?: {
    readonly cidr: string
    readonly gateway: string
    readonly pool: { readonly start: string; readonly end: string }
  }
  readonly demo: { readonly cidr: string; readonly gateway: string; readonly dns: string }
}

/** kolla-ansible's names (tools/init-runonce), but for the image: theirs is `cirros`. */
export const runonce = {
  physicalNetwork: 'physnet1',
  externalNetwork: 'public1',
  externalSubnet: 'public1-subnet',
  network: 'demo-net',
  subnet: 'demo-subnet',
  router: 'demo-router',
  keyPair: 'mykey',
  image: 'guest',
  server: 'demo1',
  /** What `server` boots with. */
  flavor: 'm1.nano',
} as const

/** kolla-ansible's, and one for the guest that runs in 96 MiB. Memory in MiB, disk in GiB. */
export const flavors = [
  { id: '1', name: 'm1.tiny', ram: 512, disk: 1, vcpus: 1 },
  { id: '2', name: 'm1.small', ram: 2048, disk: 20, vcpus: 1 },
  { id: '3', name: 'm1.medium', ram: 4096, disk: 40, vcpus: 2 },
  { id: '4', name: 'm1.large', ram: 8192, disk: 80, vcpus: 4 },
  { id: '5', name: 'm1.xlarge', ram: 16384, disk: 160, vcpus: 8 },
  { id: '6', name: 'm2.tiny', ram: 512, disk: 1, vcpus: 2 },
  { id: '42', name: runonce.flavor, ram: 128, disk: 1, vcpus: 1 },
] as const

/** Of the administrator's project: 40 machines of `m1.small`, as kolla-ansible has it. */
export const quotas = { instances: 40, cores: 40, ram: 96_000 } as const

/** kolla-ansible's, and 80 for the guest's page; 8000 is Heat's API for what runs in machines. */
export const openPorts = [22, 80, 8000, 8080] as const

/** With kolla-ansible's defaults for what is not told. */
export function runonceNetworks(told: RunonceAddresses): RunonceNetworks {
  const {
    extNetCidr: cidr = '10.0.2.0/24',
    extNetRange = 'start=10.0.2.150,end=10.0.2.199',
    extNetGateway: gateway = '10.0.2.1',
  } = told
  const [, start = '', end = ''] = /^start=([^,]*),end=([^,]*)$/.exec(extNetRange) ?? []
  return {
    ...(told.extNet !== false && { external: { cidr, gateway, pool: { start, end } } }),
    demo: {
      cidr: told.demoNetCidr ?? '10.0.0.0/24',
      gateway: told.demoNetGateway ?? '10.0.0.1',
      dns: told.demoNetDns ?? '8.8.8.8',
    },
  }
}

/** Addresses that don't fit each other, before Neutron refuses half of them. */
export function checkRunonceNetworks({ external, demo }: RunonceNetworks): Finding[] {
  const outside = (address: string, option: string, cidr: string, of: string) =>
    inNetwork(address, cidr)
      ? []
      : [error(`${address} (--${option}) is not in ${cidr} (--${of}): give both`)]
  const own = outside(demo.gateway, 'demo-net-gateway', demo.cidr, 'demo-net-cidr')
  if (!external) return own
  const { cidr, gateway, pool } = external
  const [first, last, at] = [pool.start, pool.end, gateway].map(asNumber) as [
    number,
    number,
    number,
  ]
  return [
    ...outside(gateway, 'ext-net-gateway', cidr, 'ext-net-cidr'),
    ...outside(pool.start, 'ext-net-range', cidr, 'ext-net-cidr'),
    ...outside(pool.end, 'ext-net-range', cidr, 'ext-net-cidr'),
    ...(first > last ? [error(`--ext-net-range ends before it starts`)] : []),
    ...(at >= first && at <= last
      ? [error(`the gateway ${gateway} (--ext-net-gateway) is in --ext-net-range: leave it out`)]
      : []),
    ...own,
  ]
}

function asNumber(address: string): number {
  return address.split('.').reduce((number, part) => number * 256 + Number(part), 0)
}

const error = (message: string): Finding => ({ severity: 'error', message })
