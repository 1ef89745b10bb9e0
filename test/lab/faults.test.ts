import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { OperationEvent } from '../../src/client/index.js'
import { Installation, cloud } from '../support/installation.js'
import { cleanHosts, hosts, onHost, onHosts } from '../support/lab.js'
import { containersOn, issueToken, querySql } from '../support/outside.js'

/**
 * A deploy whose worker is killed again and again, at the steps where it would hurt most; and what else operators do to
 * a cloud. The parts build on each other and run in this order.
 */
let installation: Installation
beforeAll(async () => {
  installation = await Installation.start()
  await cleanHosts()
  await installation.run('bootstrap-servers')
  await installation.run('build')
  await installation.run('pull')
})
afterAll(() => installation.stop())

const painful = [
  'bootstrapMariadb',
  'startRabbitmq',
  'startMariadb',
  'bootstrapKeystone',
  'startContainers keystone',
]

describe('a worker killed in the middle of a deploy', () => {
  it('is started again and the run ends well', async () => {
    const client = await installation.client()
    const operation = await client.start('deploy', { cloud })
    const left = new Set(painful)
    let kills = 0
    for await (const event of operation.events()) {
      const verb = verbOf(event)
      if (verb === undefined || !left.delete(verb)) continue
      await new Promise((resolve) => setTimeout(resolve, 1500))
      const pid = await installation.workerPid()
      expect(readFileSync(`/proc/${pid}/cmdline`, 'utf8')).toContain('workers/main.js')
      process.kill(pid, 'SIGKILL')
      kills++
      await installation.run('server', 'start')
    }
    expect(kills).toBe(painful.length)
    const { changes } = await operation.result()
    expect(changes).toHaveLength(30)
    await client.close()
  })

  it('bootstrapped nothing twice', async () => {
    expect(await querySql(installation, "SHOW STATUS LIKE 'wsrep_cluster_size'")).toMatch(/3$/)
    const states = await onHosts(
      'docker exec mariadb mariadb -NBe "SHOW STATUS LIKE \'wsrep_cluster_state_uuid\'"',
    )
    expect(new Set(states).size).toBe(1)
    const count = (table: string) =>
      querySql(installation, `SELECT COUNT(*) FROM keystone.${table}`)
    expect(await count('local_user')).toBe('1')
    expect(await count('endpoint')).toBe('2')
    const keys = await onHosts(
      'sha256sum $(docker volume inspect -f {{.Mountpoint}} keystone_fernet_tokens)/* | cut -c1-64',
    )
    expect(new Set(keys).size).toBe(1)
  })

  it('left a cloud that works and has nothing to change', async () => {
    await installation.run('post-deploy')
    await issueToken(installation)
    await installation.run('check')
    expect(await installation.run('plan')).toContain('Nothing to change')
  })
})

describe('a step that is killed between the end of the old Keystone and the start of the new one', () => {
  it('leaves no member that nobody is sent to', async () => {
    const socket =
      'docker exec -i keepalived socat stdio unix-connect:/var/lib/kolla/haproxy/haproxy.sock'
    const drain = 'set server keystone_internal_back/kolla2 state drain'
    await onHosts(`${socket} <<<'${drain}'`)
    const states = () =>
      onHosts(`${socket} <<<'show stat' | grep ^keystone.*,kolla2, | cut -d, -f18`)
    for (const state of await states()) expect(state).toMatch(/DRAIN|MAINT/)
    await onHost('kolla2', 'docker stop keystone')
    await installation.run('deploy')
    for (const state of await states()) expect(state).toMatch(/^(UP\n?)+$/)
  })
})

describe("a changed setting of Docker's, in globals.d, group_vars and host_vars", () => {
  it('restarts Docker host by host, each when the services of the one before are back', async () => {
    const pids = () => onHosts('cat /run/docker.pid')
    const before = await pids()
    await installation.write('globals.d/docker.yml', 'docker_custom_config: {log-level: info}\n')
    await installation.write('group_vars/all.yml', 'docker_log_max_file: 4\n')
    await installation.write('host_vars/kolla2.yml', 'docker_log_max_file: 3\n')
    expect(await installation.run('bootstrap-servers')).toContain('4 of them changed')
    for (const [index, pid] of (await pids()).entries()) expect(pid).not.toBe(before[index])
    const settings = await onHosts('cat /etc/docker/daemon.json')
    const read = settings.map((text) => JSON.parse(text) as Record<string, unknown>)
    expect(read).toMatchObject(
      [4, 3, 4].map((files) => ({
        'log-level': 'info',
        'log-opts': { 'max-file': String(files) },
      })),
    )
    // At once: nothing is waited for any more.
    await issueToken(installation)
    expect(await querySql(installation, "SHOW STATUS LIKE 'wsrep_cluster_size'")).toMatch(/3$/)
    const started = await onHosts(
      'date --date "$(systemctl show docker --property ActiveEnterTimestamp --value)" "+%F %T"',
    )
    const log = '$(docker volume inspect -f {{.Mountpoint}} kolla_logs)/mariadb/mariadb.log'
    const joined = await onHosts(
      `grep 'Synchronized with group' ${log} | sed 's/  / 0/' | cut -c 1-19`,
    )
    for (const [index, start] of started.slice(1).entries()) {
      const before = started[index] ?? ''
      const synced = joined[index]?.split('\n').find((time) => time >= before)
      expect(synced, `kolla${index + 1} is Synced again`).toMatch(/^\d{4}-/)
      expect(start >= (synced ?? ''), `${start} after ${synced}`).toBe(true)
    }
    expect(await installation.run('plan')).toContain('Nothing to change')
  })
})

describe('a Docker engine that hangs', () => {
  it('is a finding that says so, and holds nothing up', async () => {
    const signal = (name: string) =>
      onHost('kolla2', `systemctl kill --kill-whom main --signal ${name} docker`)
    await signal('STOP')
    const { code, stderr } = await installation.attempt('deploy').finally(() => signal('CONT'))
    expect(code).toBe(2)
    expect(stderr).toMatch(/kolla2: error: .*docker info does not answer/s)
    expect(await installation.run('plan')).toContain('Nothing to change')
  })
})

describe('another cookie in passwords.yml', () => {
  it("is refused while RabbitMQ's members run, and given to them once they were stopped", async () => {
    const before = await containersOn(hosts)
    await installation.edit(
      'passwords.yml',
      /^rabbitmq_cluster_cookie: .*$/m,
      'rabbitmq_cluster_cookie: DIFFERENT',
    )
    const { code, stderr } = await installation.attempt('deploy')
    expect(code).toBe(2)
    for (const host of hosts) expect(stderr).toContain(`${host}: error: rabbitmq runs with another`)
    expect(await containersOn(hosts)).toEqual(before)
    await onHosts('docker stop rabbitmq')
    await installation.run('deploy')
    const status = 'docker exec rabbitmq rabbitmqctl -q cluster_status --formatter json'
    const { running_nodes: running } = JSON.parse(await onHost('kolla1', status)) as {
      running_nodes: string[]
    }
    expect(running).toHaveLength(3)
  })
})

/** The verb, and of one that starts any service's containers whose they are. */
function verbOf(event: OperationEvent): string | undefined {
  if (!('step' in event)) return undefined
  const { verb, summary } = event.step
  return verb === 'startContainers' ? summary.replace(/^.*· /, `${verb} `) : verb
}
