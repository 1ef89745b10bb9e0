import type { ContainerCreateOptions, HostConfig } from 'dockerode'
import { z } from 'zod'
import type { Said } from './read.js'

const flag = z.union([z.boolean(), z.string()]).nullish()
const text = z.union([z.string(), z.number(), z.boolean()]).transform(String)
const strings = z.array(z.string().nullable()).nullish()
const limit = z.object({ soft: text, hard: text })

/** Arguments of the module `kolla_container`. */
const asked = z.object({
  name: z.string(),
  image: z.string(),
  environment: z.record(z.string(), text.nullable()),
  volumes: z.array(z.string()),
  privileged: flag,
  tty: flag,
  command: z.string().nullish(),
  pid_mode: z.string().nullish(),
  ipc_mode: z.string().nullish(),
  cgroupns_mode: z.string().nullish(),
  cap_add: strings,
  security_opt: strings,
  tmpfs: strings,
  dimensions: z
    .object({ ulimits: z.record(z.string(), limit).optional() })
    .catchall(text)
    .nullish(),
  healthcheck: z
    .object({
      test: z.union([z.string(), z.array(z.string())]),
      interval: text,
      timeout: text,
      start_period: text,
      retries: text,
    })
    .nullish(),
  restart_policy: z.string(),
  restart_retries: text,
})

/** A container as kolla-ansible's role asks its module for it. */
export function readAsked(json: string): { name: string; said: Said } {
  const container = asked.parse(JSON.parse(json))
  const { ulimits = {}, ...dimensions } = container.dimensions ?? {}
  const modes = ['command', 'pid_mode', 'ipc_mode', 'cgroupns_mode'] as const
  return {
    name: container.name,
    said: new Map([
      ['image', container.image],
      ...restart(container.restart_policy, container.restart_retries),
      ...listed('environment', Object.entries(container.environment)),
      ...container.volumes.map(volume),
      ...(['privileged', 'tty'] as const).flatMap((key) =>
        isSet(container[key]) ? [pair(key, 'true')] : [],
      ),
      ...modes.flatMap((key) => (isSet(container[key]) ? [pair(key, String(container[key]))] : [])),
      ...each('cap_add', container.cap_add),
      ...each('security_opt', container.security_opt),
      ...each('tmpfs', container.tmpfs),
      ...Object.entries(ulimits).map(([name, { soft, hard }]) =>
        pair(`ulimit ${name}`, `${soft}:${hard}`),
      ),
      ...Object.entries(dimensions).map(([name, value]) =>
        pair(`dimension ${name}`, amount(name, value)),
      ),
      ...(container.healthcheck ? health(container.healthcheck) : []),
    ]),
  }
}

function health({
  test,
  ...times
}: { test: string | string[] } & Record<string, string | string[]>) {
  const words = Array.isArray(test) ? test.slice(1).join(' ') : test
  if (words === '' || words === 'NONE') return []
  return [
    pair('healthcheck test', words.trim().replace(/\s+/g, ' ')),
    ...Object.entries(times).map(([key, value]) => pair(`healthcheck ${key}`, String(value))),
  ]
}

/** Docker's names of kolla-ansible's dimensions. */
const dimensionNames: Readonly<Record<string, string>> = {
  Memory: 'mem_limit',
  MemoryReservation: 'mem_reservation',
  MemorySwap: 'memswap_limit',
  KernelMemory: 'kernel_memory',
  CpuShares: 'cpu_shares',
  CpuPeriod: 'cpu_period',
  CpuQuota: 'cpu_quota',
  CpusetCpus: 'cpuset_cpus',
  CpusetMems: 'cpuset_mems',
  BlkioWeight: 'blkio_weight',
}

/** A container as we ask Docker for it. */
export function readCreated(options: ContainerCreateOptions): Said {
  const host: HostConfig & { CgroupnsMode?: string } = options.HostConfig ?? {}
  const { Name = '', MaximumRetryCount } = host.RestartPolicy ?? {}
  const modes = { pid_mode: host.PidMode, ipc_mode: host.IpcMode, cgroupns_mode: host.CgroupnsMode }
  return new Map([
    ['image', options.Image ?? ''],
    ...restart(Name, String(MaximumRetryCount)),
    ...listed(
      'environment',
      (options.Env ?? []).map((one) => splitAt(one, '=')),
    ),
    ...(host.Binds ?? []).map(volume),
    ...(host.Privileged === true ? [pair('privileged', 'true')] : []),
    ...(options.Tty === true ? [pair('tty', 'true')] : []),
    ...Object.entries(modes).flatMap(([key, value]) =>
      isSet(value) ? [pair(key, String(value))] : [],
    ),
    ...each('cap_add', host.CapAdd as string[] | undefined),
    ...each('security_opt', host.SecurityOpt as string[] | undefined),
    ...each(
      'tmpfs',
      Object.entries((host.Tmpfs ?? {}) as Record<string, string>).map(([path, how]) =>
        how === '' ? path : `${path}:${how}`,
      ),
    ),
    ...(host.Ulimits ?? []).map(({ Name: name = '', Soft, Hard }) =>
      pair(`ulimit ${name}`, `${Soft}:${Hard}`),
    ),
    ...Object.entries(dimensionNames).flatMap(([key, name]) => {
      const value: unknown = (host as Readonly<Record<string, unknown>>)[key]
      return ['string', 'number'].includes(typeof value)
        ? [pair(`dimension ${name}`, `${value as string | number}`)]
        : []
    }),
    ...(options.Healthcheck ? created(options.Healthcheck) : []),
  ])
}

function created(check: NonNullable<ContainerCreateOptions['Healthcheck']>) {
  const seconds = (time = 0) => String(time / 1e9)
  return health({
    test: check.Test ?? [],
    interval: seconds(check.Interval),
    timeout: seconds(check.Timeout),
    start_period: seconds(check.StartPeriod),
    retries: String(check.Retries),
  })
}

/** How often it is started again says something of `on-failure` alone. */
function restart(policy: string, retries: string): [string, string][] {
  return [['restart', policy === 'on-failure' ? `${policy}:${retries}` : policy]]
}

/** The folder below /etc/kolla may be called otherwise: what is in it is compared by itself. */
function volume(one: string): [string, string] {
  return pair(`volume ${one.replace(/^\/etc\/kolla\/[^/:]+\/?:/, '/etc/kolla/…/:')}`, 'mounted')
}

function listed(
  prefix: string,
  entries: readonly (readonly [string, string | null])[],
): [string, string][] {
  return entries.map(([name, value]) => pair(`${prefix} ${name}`, value ?? ''))
}

function each(
  prefix: string,
  values: readonly (string | null)[] | null | undefined,
): [string, string][] {
  return (values ?? [])
    .filter((it) => it !== null && it !== '')
    .map((it) => pair(`${prefix} ${it}`, 'set'))
}

function isSet(value: string | boolean | null | undefined): boolean {
  return !['', 'false', 'no', 'none'].includes(String(value ?? '').toLowerCase())
}

/** Kolla's module takes `1g`; Docker counts bytes. */
function amount(name: string, value: string): string {
  const [, number, unit = ''] = /^(\d+(?:\.\d+)?)([bkmg]?)b?$/i.exec(value) ?? []
  if (!/^(mem|kernel_memory)/.test(name) || number === undefined) return value
  const power = ['', 'k', 'm', 'g'].indexOf(unit.toLowerCase().replace('b', ''))
  return String(Math.round(Number(number) * 1024 ** power))
}

function splitAt(one: string, mark: string): [string, string] {
  const at = one.indexOf(mark)
  return [one.slice(0, at), one.slice(at + 1)]
}

function pair(key: string, value: string): [string, string] {
  return [key, value]
}
