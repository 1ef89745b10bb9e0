import { expect, test } from 'vitest'
import { createOptions } from './create-options.js'

const settings = {
  image: 'r:5000/kolla/mariadb-server:2026.1',
  labels: { 'kolla_temporal.cloud': 'demo' },
}
const container = {
  name: 'mariadb',
  service: 'mariadb',
  image: 'mariadb-server',
  files: [],
  environment: { KOLLA_SERVICE_NAME: 'mariadb' },
  volumes: ['mariadb:/var/lib/mysql', '/etc/localtime:/etc/localtime:ro'],
}

test("a container follows Kolla's image contract", () => {
  expect(createOptions(container, settings)).toEqual({
    Image: settings.image,
    Labels: settings.labels,
    Env: ['KOLLA_CONFIG_STRATEGY=COPY_ALWAYS', 'KOLLA_SERVICE_NAME=mariadb'],
    HostConfig: {
      NetworkMode: 'host',
      RestartPolicy: { Name: 'unless-stopped' },
      Binds: [
        '/etc/kolla/mariadb/:/var/lib/kolla/config_files/:ro',
        'mariadb:/var/lib/mysql',
        '/etc/localtime:/etc/localtime:ro',
      ],
      Privileged: false,
      CapAdd: [],
      Tmpfs: {},
      PidMode: '',
      Ulimits: [],
    },
  })
})

test('privileges, limits and times are told where they are wanted', () => {
  const { StopTimeout, HostConfig } = createOptions(
    {
      ...container,
      privileged: true,
      capabilities: ['NET_ADMIN'],
      tmpfs: ['/tmp', '/run/x:size=1m,mode=755'],
      pidMode: 'host',
      ulimits: { nofile: { soft: 20000, hard: 20000 } },
      memoryLimit: '1.5g',
      cpuShares: 512,
      stopTimeout: 60,
    },
    settings,
  )
  expect(StopTimeout).toBe(60)
  expect(HostConfig).toMatchObject({
    Privileged: true,
    CapAdd: ['NET_ADMIN'],
    Tmpfs: { '/tmp': '', '/run/x': 'size=1m,mode=755' },
    PidMode: 'host',
    Ulimits: [{ Name: 'nofile', Soft: 20000, Hard: 20000 }],
    Memory: 1610612736,
    CpuShares: 512,
  })
})

test('every limit goes to the engine under its own name', () => {
  const limits = {
    memoryLimit: '1g',
    memoryReservation: '512m',
    memorySwap: -1,
    cpuPeriod: 100_000,
    cpuQuota: 50_000,
    cpuShares: 512,
    cpusetCpus: '0-3,8',
    cpusetMems: '0',
    blkioWeight: 300,
    ulimits: { memlock: { soft: -1, hard: -1 } },
  }
  expect(createOptions({ ...container, ...limits }, settings).HostConfig).toMatchObject({
    Memory: 2 ** 30,
    MemoryReservation: 2 ** 29,
    MemorySwap: -1,
    CpuPeriod: 100_000,
    CpuQuota: 50_000,
    CpuShares: 512,
    CpusetCpus: '0-3,8',
    CpusetMems: '0',
    BlkioWeight: 300,
    Ulimits: [{ Name: 'memlock', Soft: -1, Hard: -1 }],
  })
})

test("a container may live in the host's own spaces, and see what is mounted there later", () => {
  const { HostConfig } = createOptions(
    { ...container, ipcMode: 'host', cgroupnsMode: 'host', volumes: ['/run:/run:shared'] },
    settings,
  )
  expect(HostConfig).toMatchObject({ IpcMode: 'host', CgroupnsMode: 'host' })
  expect(HostConfig?.Binds).toContain('/run:/run:shared')
})

test.each([
  [{ name: 'no' }, { Name: 'no' }],
  [
    { name: 'on-failure', retries: 10 },
    { Name: 'on-failure', MaximumRetryCount: 10 },
  ],
] as const)('restarts by %j', (restartPolicy, expected) => {
  const { HostConfig } = createOptions({ ...container, restartPolicy }, settings)
  expect(HostConfig?.RestartPolicy).toEqual(expected)
})

test('a health check is told in nanoseconds', () => {
  const healthcheck = { test: 'true', interval: 30, timeout: 20, startPeriod: 5, retries: 3 }
  expect(createOptions({ ...container, healthcheck }, settings).Healthcheck).toEqual({
    Test: ['CMD-SHELL', 'true'],
    Interval: 30_000_000_000,
    Timeout: 20_000_000_000,
    StartPeriod: 5_000_000_000,
    Retries: 3,
  })
})

test.each([
  ['512m', 536870912],
  [1048576, 1048576],
  ['2GB', 2147483648],
])('memory of %s is %i bytes', (memoryLimit, bytes) => {
  expect(createOptions({ ...container, memoryLimit }, settings).HostConfig?.Memory).toBe(bytes)
})

test('memory in words is refused', () => {
  expect(() => createOptions({ ...container, memoryLimit: 'much' }, settings)).toThrow(/no amount/)
})
