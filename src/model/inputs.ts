import { z } from 'zod'
import { isCloudName } from './cloud-name.js'
import type { Finding } from './finding.js'

const names = z.array(z.string().min(1)).min(1)
const cloud = z
  .string()
  .min(1, { abort: true })
  .refine(isCloudName, 'a name of letters, digits and hyphens')
const cloudOnly = z.strictObject({ cloud })
const oneHost = z.strictObject({ cloud, host: z.string().min(1) })
const release = z.string().regex(/^\d{4}\.[12]$/, 'a release such as 2026.1')
const services = z.strictObject({ cloud, services: names.optional() })

const address = z.ipv4({ error: 'an IPv4 address such as 10.0.2.1' })
const network = z.cidrv4({ error: 'an IPv4 network such as 10.0.2.0/24' })
const range = z
  .string()
  .refine(isRange, { error: 'a range such as start=10.0.2.150,end=10.0.2.199' })

function isRange(text: string): boolean {
  const [, ...ends] = /^start=([^,]*),end=([^,]*)$/.exec(text) ?? []
  return ends.length === 2 && ends.every((end) => address.safeParse(end).success)
}

/** `2`, `50%` */
function isBatch(value: unknown): boolean {
  if (typeof value === 'string') return /^[1-9]\d?%$|^100%$/.test(value)
  return Number.isInteger(value) && Number(value) >= 1
}

/** What each operation takes. */
export const operationInputs = {
  prechecks: cloudOnly,
  plan: services,
  prepareHosts: z.strictObject({
    cloud,
    hosts: names.optional(),
    takeOver: z.boolean().optional(),
  }),
  buildImages: z.strictObject({
    cloud,
    profile: z.string().min(1).optional(),
    images: names.optional(),
    adopt: z.boolean().optional(),
  }),
  pull: z.strictObject({ cloud, release: release.optional() }),
  deploy: services,
  reconfigure: services,
  postDeploy: cloudOnly,
  initRunonce: z.strictObject({
    cloud,
    extNet: z.boolean().optional(),
    extNetCidr: network.optional(),
    extNetRange: range.optional(),
    extNetGateway: address.optional(),
    demoNetCidr: network.optional(),
    demoNetGateway: address.optional(),
    demoNetDns: address.optional(),
    image: z.string().regex(/^\//, 'an absolute path').optional(),
    publicKey: z
      .string()
      .regex(
        /^(ssh|ecdsa|sk)-\S+ [A-Za-z0-9+/=]+( .*)?\n?$/,
        'one public key, a line such as ssh-ed25519 AAAA…',
      )
      .optional(),
    boot: z.boolean().optional(),
  }),
  check: cloudOnly,
  drainCompute: oneHost,
  enableCompute: oneHost,
  removeCompute: oneHost,
  removeOsd: z.strictObject({ cloud, osd: z.int().min(0) }),
  wipeDisk: z
    .strictObject({
      cloud,
      host: z.string().min(1),
      disk: z.string().regex(/^\/dev\/./, 'a device such as /dev/sdc'),
      serial: z.string().min(1).optional(),
      size: z.string().min(1).optional(),
    })
    .refine(({ serial, size }) => serial !== undefined || size !== undefined, {
      path: ['size'],
      error:
        'there, or `serial`: as the disk itself tells it (lsblk --nodeps --output NAME,SIZE,SERIAL)',
    }),
  mariadbBackup: z.strictObject({ cloud, incremental: z.boolean().optional() }),
  mariadbRestore: z.strictObject({
    cloud,
    backup: z.string().min(1).optional(),
    confirm: z.boolean().optional(),
  }),
  mariadbRecovery: cloudOnly,
  mariadbRejoin: z.strictObject({
    cloud,
    host: z.string().min(1),
    confirm: z.boolean().optional(),
  }),
  upgrade: z.strictObject({
    cloud,
    release,
    approve: z.boolean().optional(),
    batch: z
      .custom<number | string>(isBatch, 'a number of hosts, or a part of them such as 50%')
      .optional(),
    canary: z
      .union([z.literal('approval'), z.number().min(0)], {
        error: 'approval, or a number of seconds',
      })
      .optional(),
    onFailure: z
      .enum(['pause', 'rollback', 'stop'], { error: 'one of pause, rollback, stop' })
      .optional(),
    evacuate: z.boolean().optional(),
    dryRun: z.boolean().optional(),
  }),
  rollback: z.strictObject({
    cloud,
    record: z.string().min(1).optional(),
    confirm: z.boolean().optional(),
    onFailure: z.enum(['pause', 'stop'], { error: 'one of pause, stop' }).optional(),
    dryRun: z.boolean().optional(),
  }),
  releases: cloudOnly,
  prune: z.strictObject({ cloud, keep: z.int().min(0).optional() }),
}

/** One finding per field that is missing, unknown or of another type; an empty list when the input will do. */
export function checkInput(operation: keyof typeof operationInputs, input: unknown): Finding[] {
  const schema = operationInputs[operation]
  const checked = schema.safeParse(input)
  if (checked.success) return []
  const fields = Object.keys(schema.shape).join(', ')
  return checked.error.issues.flatMap((issue): Finding[] => {
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) =>
        error(`${operation} has no field \`${key}\`; its fields are: ${fields}`),
      )
    }
    if (issue.path.length === 0) {
      return [error(`the input of ${operation} must be an object such as {"cloud":"demo"}`)]
    }
    return [error(describe(operation, issue.path.join('.'), issue))]
  })
}

function describe(operation: string, field: string, issue: z.core.$ZodIssue): string {
  const must = issue.code === 'too_small' ? 'must not be empty' : `must be ${wanted(issue)}`
  const example = field === 'cloud' ? ', such as {"cloud":"demo"}' : ''
  return `the field \`${field}\` of ${operation}'s input ${must}${example}`
}

function wanted(issue: z.core.$ZodIssue): string {
  if (issue.code !== 'invalid_type') return issue.message
  return issue.expected === 'array' ? 'a list of names' : `a ${issue.expected}`
}

const error = (message: string): Finding => ({ severity: 'error', message })
