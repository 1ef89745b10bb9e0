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

/** Whatever file it is written into, a text is a value in one of its lines: a line break would make it two options. */
const oneLine = /^[^\p{Cc}]*$/u
const notOneLine = 'must be one line without control characters'

/** A text of this form, where the file that it goes into takes other letters for something else. */
export const textLike = (form: RegExp, error: string) =>
  z.preprocess(
    asText,
    z
      .string({ error: 'must be a text' })
      .min(1, { error: 'must not be empty', abort: true })
      .regex(form, { error }),
  )

export const text = textLike(oneLine, notOneLine)

/** A text that may be left empty (`key:`), as kolla-ansible's own file does. */
export const textOrEmpty = z.preprocess(
  (value) => asText(value ?? ''),
  z.coerce.string().regex(oneLine, { error: notOneLine }),
)

/** Part of URLs, SQL and lines `key = value`. */
export const account = textLike(
  /^[\p{L}\p{N}_.+-]+$/u,
  'must be a name of letters, digits, dots, hyphens and underscores: it becomes part of URLs and configuration files',
)

/** Part of Ceph's capabilities, keyrings and sections. */
export const cephName = textLike(
  /^[\w.-]+$/,
  'must be a name of letters, digits, dots, hyphens and underscores',
)

export const hostOrAddress = textLike(/^[A-Za-z0-9_.:-]+$/, 'must be a host name or an address')

/** Of a service, without a slash at its end. */
export const url = textLike(
  /^https?:\/\/[^\s"'#;\\]*[^\s"'#;\\/]$/,
  'must be a URL such as https://cloud.example.org:5000, without a slash at its end',
)

/** Of Keystone's catalogue; part of URLs, and a text of Python's. */
const region = textLike(
  /^[^\p{Cc}'"\\]+$/u,
  'must be the name of a region, without quotes and backslashes',
)

export const regions = z
  .array(region, { error: "must be a list of regions, such as ['RegionOne', 'RegionTwo']" })
  .min(1, { error: 'must name a region' })

/** The kernel takes more; keepalived and crontabs of shells do not. */
export const interfaceName = textLike(
  /^[\w.@:+-]{1,15}$/,
  'must be the name of a network interface, such as eth0',
)

/** One or more, with commas between them. */
export const interfaceNames = textLike(
  /^[\w.@:+-]{1,15}(?:,[\w.@:+-]{1,15})*$/,
  'must be names of network interfaces with commas between them and no blanks, such as eth2,eth3',
)

/** A number, or kolla-ansible's way to leave a kernel parameter as it is. */
export const kernelParameter = z.union([z.enum(['KOLLA_SKIP', 'KOLLA_UNSET']), count], {
  error: 'must be a whole number, or KOLLA_SKIP to leave it as it is',
})

/** Plain words with commas between them. */
export const words = textLike(/^[\w-]+(?: *, *[\w-]+)*$/, 'must be words with commas between them')

/** A plain word of a program's own. */
export const word = textLike(/^[\w-]+$/, 'must be one word of letters, digits and hyphens')

/** HAProxy's: `10s`, `1m`; milliseconds without a unit. */
export const haproxyTime = textLike(
  /^\d+(?:us|ms|s|m|h|d)?$/,
  'must be a time such as 10s, 500ms or 1m',
)

/** logrotate's: `100M`. */
export const logSize = textLike(/^\d+[kMG]?$/, 'must be a size such as 30M')

/** Between double quotes of a shell. */
export const doubleQuotable = z.preprocess(
  (value) => asText(value ?? ''),
  z.coerce.string().regex(/^[^\p{Cc}"$`\\]*$/u, {
    error: 'must be one line without double quotes, $, ` and backslashes: a shell reads it',
  }),
)

export const oneOf = <const Words extends readonly [string, ...string[]]>(...words: Words) =>
  z.enum(words, { error: `must be one of ${words.join(', ')}` })

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
