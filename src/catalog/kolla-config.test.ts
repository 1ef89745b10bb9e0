import { expect, it } from 'vitest'
import { definitionDigest } from '../plan/digest.js'
import { limits } from './kolla-config.js'

it('limits name what is set and nothing else: other containers keep the digest of their definition', () => {
  expect(limits({})).toStrictEqual({})
  const ulimits = { nofile: { soft: 1, hard: 2 } }
  expect(limits({ ulimits, mem_limit: '2g', cpu_shares: 512 })).toStrictEqual({
    ulimits,
    memoryLimit: '2g',
    cpuShares: 512,
  })
})

it('a container that an earlier version made has the digest that is in its label', () => {
  const container = {
    name: 'mariadb',
    service: 'mariadb',
    image: 'mariadb-server',
    files: [],
    environment: {},
    volumes: ['mariadb:/var/lib/mysql'],
    ...limits({ ulimits: { nofile: { soft: 1048576, hard: 1048576 } }, mem_limit: '2g' }),
  }
  expect(definitionDigest(container)).toBe(
    'f102534549f40f36522935927be0d64c1247c3fe7f4de18cab32443d4b4a50ba',
  )
})
