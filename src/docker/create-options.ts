import type { ContainerCreateOptions, HostConfig } from 'dockerode'
import { folderOf } from '../catalog/container.js'
import type { Container, Healthcheck, Limits, RestartPolicy } from '../catalog/container.js'
import { bytes } from '../model/dimensions.js'

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
      ...(container.cgroupnsMode && { CgroupnsMode: container.cgroupnsMode }),
      ...resources(container),
    },
  }
}

/** What the engine is told of limits: those that are set, and no other. */
function resources(limits: Limits): HostConfig {
  const memory = (amount?: string | number) => (amount === undefined ? amount : bytes(amount))
  const all: { [Key in keyof HostConfig]: HostConfig[Key] } = {
    Ulimits: Object.entries(limits.ulimits ?? {}).map(([Name, { soft, hard }]) => ({
      Name,
      Soft: soft,
      Hard: hard,
    })),
    Memory: memory(limits.memoryLimit),
    MemoryReservation: memory(limits.memoryReservation),
    MemorySwap: memory(limits.memorySwap),
    CpuPeriod: limits.cpuPeriod,
    CpuQuota: limits.cpuQuota,
    CpuShares: limits.cpuShares,
    CpusetCpus: limits.cpusetCpus,
    CpusetMems: limits.cpusetMems,
    BlkioWeight: limits.blkioWeight,
  }
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined))
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
