import { describe, expect, it } from 'vitest'
import { cloudOf, read, small } from './testing/read.js'

const globals = (dimensions: string) => ({
  ...small,
  globals: `${small.globals}mariadb_dimensions: ${dimensions}\n`,
})

describe('dimensions', () => {
  it("are all of kolla-ansible's", () => {
    const all = {
      mem_limit: '2g',
      mem_reservation: '512m',
      memswap_limit: -1,
      cpu_period: 100000,
      cpu_quota: 50000,
      cpu_shares: 512,
      cpuset_cpus: '0-3,8',
      cpuset_mems: '0',
      blkio_weight: 300,
      ulimits: { memlock: { soft: -1, hard: 67108864 } },
    }
    expect(cloudOf(globals(JSON.stringify(all))).globals.mariadb_dimensions).toEqual(all)
  })

  it('may be written as text, as one number, or left empty', () => {
    const { mariadb_dimensions } = cloudOf(
      globals('{cpu_shares: "512", cpuset_cpus: 2, mem_limit: , ulimits: }'),
    ).globals
    expect(mariadb_dimensions).toEqual({ cpu_shares: 512, cpuset_cpus: '2' })
  })

  it.each([
    [
      '{mem_limit: much}',
      "'mariadb_dimensions.mem_limit' must be an amount of memory, such as 512m",
    ],
    ['{mem_limit: 1m}', "'mariadb_dimensions.mem_limit' must be at least 6m"],
    [
      '{mem_limit: 1g, mem_reservation: 2g}',
      "'mariadb_dimensions.mem_reservation' must not be more than mem_limit",
    ],
    [
      '{memswap_limit: 2g}',
      "'mariadb_dimensions.memswap_limit' needs mem_limit: it is both together, memory and swap",
    ],
    [
      '{mem_limit: 2g, memswap_limit: 1g}',
      "'mariadb_dimensions.memswap_limit' must not be less than mem_limit",
    ],
    ['{cpu_period: 10}', "'mariadb_dimensions.cpu_period' must be at least 1000"],
    ['{cpu_quota: 10}', "'mariadb_dimensions.cpu_quota' must be at least 1000"],
    ['{cpuset_cpus: all}', "'mariadb_dimensions.cpuset_cpus' must be numbers, such as 0-3,8"],
    ['{blkio_weight: 5}', "'mariadb_dimensions.blkio_weight' must be from 10 to 1000"],
    ['{kernel_memory: 1g}', "'mariadb_dimensions.kernel_memory' is no more: Docker dropped it"],
    [
      '{ulimits: {nofile: {soft: -2, hard: 1}}}',
      "'mariadb_dimensions.ulimits.nofile.soft' must be",
    ],
    ['2g', "'mariadb_dimensions' must be a mapping, such as {mem_limit: 2g}"],
    ['{memory: 1g}', "'mariadb_dimensions' may hold mem_limit, mem_reservation,"],
  ])('%s is refused', (dimensions, message) => {
    const { cloud, findings } = read(globals(dimensions))
    expect(cloud).toBeUndefined()
    expect(findings.join()).toContain(`globals.yml:2:1: error: ${message}`)
  })
})
