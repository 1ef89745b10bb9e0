import { z } from 'zod'
import { integer } from './setting.js'

/** Docker's notation: an amount alone is bytes, `512m` mebibytes. */
const notation = /^(\d+(?:\.\d+)?)([bkmgt]?)b?$/i
const units: Readonly<Record<string, number>> = {
  b: 1,
  k: 2 ** 10,
  m: 2 ** 20,
  g: 2 ** 30,
  t: 2 ** 40,
}

/** Memory in Docker's notation (`512m`) in bytes; -1, for which memswap_limit has a use, stays. @throws RangeError for anything else */
export function bytes(memory: string | number): number {
  if (Number(memory) === -1) return -1
  const [, amount, unit] = notation.exec(String(memory)) ?? []
  if (amount === undefined) throw new RangeError(`${memory} is no amount of memory, such as 512m`)
  return Math.round(Number(amount) * (units[(unit || 'b').toLowerCase()] ?? 1))
}

const amount = (isOne: (text: string) => boolean, error: string) =>
  z.union([z.string(), z.number()], { error }).refine((value) => isOne(String(value)), { error })

const memory = amount((it) => notation.test(it), 'must be an amount of memory, such as 512m')
const swap = amount(
  (it) => notation.test(it) || it === '-1',
  'must be an amount of memory with swap, such as 2g, or -1 for all there is',
)

/** Processors or nodes of memory by number, as the kernel lists them. */
const numbers = z.preprocess(
  (value) => (typeof value === 'number' ? String(value) : value),
  z.string().regex(/^\d+(-\d+)?(,\d+(-\d+)?)*$/, { error: 'must be numbers, such as 0-3,8' }),
)

/** -1 is no limit. */
const ulimit = integer(-1, Number.MAX_SAFE_INTEGER)

const shape = {
  mem_limit: memory.optional(),
  mem_reservation: memory.optional(),
  memswap_limit: swap.optional(),
  cpu_period: integer(1_000, 1_000_000).optional(),
  cpu_quota: integer(-1, 1_000_000_000).optional(),
  cpu_shares: integer(0, 262_144).optional(),
  cpuset_cpus: numbers.optional(),
  cpuset_mems: numbers.optional(),
  kernel_memory: z
    .never({ error: 'is no more: Docker dropped it, mem_limit counts the memory of the kernel' })
    .optional(),
  blkio_weight: integer(0, 1_000).optional(),
  ulimits: z
    .preprocess(withoutEmpty, z.record(z.string(), z.object({ soft: ulimit, hard: ulimit })))
    .optional(),
}

/** A key without a value is left to Docker. */
function withoutEmpty(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value ?? {}
  return Object.fromEntries(Object.entries(value).filter(([, one]) => one !== null && one !== ''))
}

const limits = z.strictObject(shape, {
  error: ({ code }) =>
    code === 'unrecognized_keys'
      ? `may hold ${Object.keys(shape).join(', ')} and nothing else`
      : 'must be a mapping, such as {mem_limit: 2g}',
})

/**
 * kolla-ansible's `<container>_dimensions`: the keys of `parse_dimensions` of its kolla_docker_worker.py. What they may
 * be together are Docker's own rules (moby's `verifyPlatformContainerResources`).
 */
export const dimensions = z.preprocess(
  withoutEmpty,
  limits.transform((given, { issues }) => {
    const refuse = (key: keyof typeof given, message: string) =>
      issues.push({ code: 'custom', path: [key], message, input: given[key] })
    const { mem_limit, mem_reservation, memswap_limit, cpu_quota, blkio_weight } = given
    const most = mem_limit === undefined ? 0 : bytes(mem_limit)
    if (most > 0 && most < 6 * 2 ** 20) refuse('mem_limit', 'must be at least 6m')
    if (most > 0 && mem_reservation !== undefined && bytes(mem_reservation) > most) {
      refuse('mem_reservation', 'must not be more than mem_limit')
    }
    const withSwap = memswap_limit === undefined ? 0 : bytes(memswap_limit)
    if (withSwap > 0 && most === 0) {
      refuse('memswap_limit', 'needs mem_limit: it is both together, memory and swap')
    } else if (withSwap > 0 && withSwap < most) {
      refuse('memswap_limit', 'must not be less than mem_limit: it is memory and swap together')
    }
    if (cpu_quota !== undefined && cpu_quota > 0 && cpu_quota < 1_000) {
      refuse('cpu_quota', 'must be at least 1000 (microseconds of each cpu_period)')
    }
    if (blkio_weight !== undefined && blkio_weight > 0 && blkio_weight < 10) {
      refuse('blkio_weight', 'must be from 10 to 1000')
    }
    return given
  }),
)
