import { z } from 'zod'
import { Float, pythonText } from './jinja/values.js'
import type { Value } from './jinja/values.js'

/** A key's shape and its default, which may be Jinja; without one it is unset. */
export function setting<Schema extends z.ZodType>(schema: Schema, initial?: unknown) {
  return { schema, initial }
}

const yes = new Set(['yes', 'on', '1', 'true'])
const no = new Set(['no', 'off', '0', 'false'])

/** What Ansible's `bool` filter takes: yes, no, on, off, true, false in any case, 1 and 0. */
export const yesNo = z.preprocess(
  (value) => {
    const word = String(value).toLowerCase()
    return yes.has(word) ? true : no.has(word) ? false : value
  },
  z.boolean({ error: 'must be yes or no' }),
)

export const integer = (least: number, most: number) =>
  z.preprocess(
    (value) => {
      if (value instanceof Float) return value.value
      return typeof value === 'string' && /^-?\d+$/.test(value.trim()) ? Number(value) : value
    },
    z
      .int({ error: `must be a whole number from ${least} to ${most}` })
      .min(least, { error: `must be at least ${least}` })
      .max(most, { error: `must be at most ${most}` }),
  )

export const port = integer(1, 65535)
export const count = integer(0, 1_000_000_000)

/** What YAML reads as something else than a text is one as Python prints it: `yes` is `True`, `1.0` stays so. */
function asText(value: unknown): unknown {
  const isPlain = ['number', 'boolean'].includes(typeof value) || value instanceof Float
  return isPlain ? pythonText(value as Value) : value
}

export const text = z.preprocess(
  asText,
  z.string({ error: 'must be a text' }).min(1, { error: 'must not be empty' }),
)

/** A text that may be left empty (`key:`), as kolla-ansible's own file does. */
export const textOrEmpty = z.preprocess((value) => asText(value ?? ''), z.coerce.string())

export const oneOf = <const Words extends readonly [string, ...string[]]>(...words: Words) =>
  z.enum(words, { error: `must be one of ${words.join(', ')}` })

const limit = z.object({ soft: count, hard: count })
/** kolla-ansible's `<service>_dimensions`, as far as we apply them; others are refused rather than ignored. */
export const dimensions = z.strictObject({
  ulimits: z.record(z.string(), limit).optional(),
  mem_limit: z.union([z.string(), z.number()]).optional(),
  cpu_shares: z.number().optional(),
})

export const only = <const Word extends string>(word: Word) =>
  z.literal(word, { error: `must be ${word}: this version knows no other` })

/** A mapping, or JSON that is one; empty where nothing is given. */
export const mapping = (example: string) =>
  z.preprocess(
    (value) => {
      if (value === null || value === '') return {}
      if (typeof value !== 'string') return value
      try {
        return JSON.parse(value) as unknown
      } catch {
        return value
      }
    },
    z.record(z.string(), z.unknown(), { error: `must be a mapping, such as ${example}` }),
  )

/** Block devices of a host: a list, or as one text with blanks or commas between them. */
export const devices = z.preprocess(
  (value) => {
    if (value === null || value === '') return []
    return typeof value === 'string' ? value.trim().split(/[\s,]+/) : value
  },
  z.array(
    z.string().regex(/^\/dev\/[\w./:+@-]+$/, { error: 'must be a device such as /dev/sdb' }),
    { error: "must be a list of devices, such as ['/dev/sdb', '/dev/sdc']" },
  ),
)
