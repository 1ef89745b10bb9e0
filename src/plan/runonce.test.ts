import { expect, it } from 'vitest'
import { checkRunonceNetworks, runonceNetworks } from './runonce.js'
import type { RunonceAddresses } from './runonce.js'

const check = (told: RunonceAddresses) =>
  checkRunonceNetworks(runonceNetworks(told)).map(({ message }) => message)

it("kolla-ansible's addresses fit each other", () => {
  expect(runonceNetworks({})).toEqual({
    external: {
      cidr: '10.0.2.0/24',
      gateway: '10.0.2.1',
      pool: { start: '10.0.2.150', end: '10.0.2.199' },
    },
    demo: { cidr: '10.0.0.0/24', gateway: '10.0.0.1', dns: '8.8.8.8' },
  })
  expect(check({})).toEqual([])
})

it('addresses that do not fit are named, all at once', () => {
  expect(check({ extNetCidr: '203.0.113.0/24', demoNetGateway: '10.0.1.1' })).toEqual([
    '10.0.2.1 (--ext-net-gateway) is not in 203.0.113.0/24 (--ext-net-cidr): give both',
    '10.0.2.150 (--ext-net-range) is not in 203.0.113.0/24 (--ext-net-cidr): give both',
    '10.0.2.199 (--ext-net-range) is not in 203.0.113.0/24 (--ext-net-cidr): give both',
    '10.0.1.1 (--demo-net-gateway) is not in 10.0.0.0/24 (--demo-net-cidr): give both',
  ])
  expect(check({ extNetRange: 'start=10.0.2.9,end=10.0.2.5' })).toEqual([
    '--ext-net-range ends before it starts',
  ])
  expect(check({ extNetRange: 'start=10.0.2.1,end=10.0.2.5' })).toEqual([
    'the gateway 10.0.2.1 (--ext-net-gateway) is in --ext-net-range: leave it out',
  ])
})

it('without an external network its addresses do not matter', () => {
  expect(check({ extNet: false, extNetCidr: '203.0.113.0/24' })).toEqual([])
})
