import type { ContainerCreateOptions } from 'dockerode'
import { folderOf } from '../catalog/container.js'
import type { Container, Healthcheck, RestartPolicy } from '../catalog/container.js'

/** What a container gets that is not in its catalogue entry. */
export interface CreateSettings {
  /** Full reference: `192.168.8.73:5000/kolla/cron:2026.1-debian-trixie`. */
  readonly image: string
  readonly labels: Readonly<Record<string, string>>
}

/** A container in the words of Docker's API. */
export function createOptions(
  container: Container,
  { image, labels }: CreateSettings,
): ContainerCreateOptions {
  return {
    Image: image,
    Labels: { ...labels },
    Env: environmentList({ KOLLA_CONFIG_STRATEGY: 'COPY_ALWAYS', ...container.environment }),
    ...(container.stopTimeout !== undefined && { StopTimeout: container.stopTimeout }),
    ...(container.healthcheck && { Healthcheck: healthcheck(container.healthcheck) }),
    HostConfig: {
      NetworkMode: 'host',
      RestartPolicy: restartPolicy(container.restartPolicy),
      Binds: [
        `/etc/kolla/${folderOf(container)}/:/var/lib/kolla/config_files/:ro`,
        ...container.volumes,
      ],
      Privileged: container.privileged ?? false,
      CapAdd: [...(container.capabilities ?? [])],
      Tmpfs: Object.fromEntries((container.tmpfs ?? []).map(tmpfsMount)),
      PidMode: container.pidMode ?? '',
      ...(container.ipcMode && { IpcMode: container.ipcMode }),
      Ulimits: Object.entries(container.ulimits ?? {}).map(([Name, { soft, hard }]) => ({
        Name,
        Soft: soft,
        Hard: hard,
      })),
      ...(container.memoryLimit !== undefined && { Memory: bytes(container.memoryLimit) }),
      ...(container.cpuShares !== undefined && { CpuShares: container.cpuShares }),
    },
  }
}

export function environmentList(environment: Readonly<Record<string, string>>): string[] {
  return Object.entries(environment).map(([name, value]) => `${name}=${value}`)
}

function restartPolicy({ name, retries }: RestartPolicy = { name: 'unless-stopped' }) {
  return { Name: name, ...(retries !== undefined && { MaximumRetryCount: retries }) }
}

/** In Docker's nanoseconds. */
function healthcheck({ test, interval, timeout, startPeriod, retries }: Healthcheck) {
  const [Interval, Timeout, StartPeriod] = [interval, timeout, startPeriod].map((it) => it * 1e9)
  return { Test: ['CMD-SHELL', test], Interval, Timeout, StartPeriod, Retries: retries }
}

/** `/run/mysqld` or `/run/mysqld:size=64m`. */
function tmpfsMount(mount: string): [path: string, options: string] {
  const [path = '', ...options] = mount.split(':')
  return [path, options.join(':')]
}

const units: Readonly<Record<string, number>> = { b: 1, k: 2 ** 10, m: 2 ** 20, g: 2 ** 30 }

/** Docker's notation of memory, `512m`, in bytes. */
function bytes(memory: string | number): number {
  const [, amount, unit] = /^(\d+(?:\.\d+)?)([bkmg]?)b?$/i.exec(String(memory)) ?? []
  if (amount === undefined) throw new RangeError(`${memory} is no amount of memory, such as 512m`)
  return Math.round(Number(amount) * (units[(unit || 'b').toLowerCase()] ?? 1))
}
