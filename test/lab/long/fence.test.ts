import { cp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Client, Connection } from '@temporalio/client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { LockLost } from '../../../src/client/errors.js'
import type { OperationHandle } from '../../../src/client/index.js'
import { Installation, cloud } from '../../support/installation.js'
import {
  cleanHosts,
  execute,
  hosts,
  kollaTemporalProgram,
  onHost,
  onHosts,
} from '../../support/lab.js'
import { containersOn, querySql } from '../../support/outside.js'

/**
 * Who may change a host: runs that lose their lock, clouds that want the same hosts, and what an aborted run leaves
 * behind. The parts build on each other and run in this order.
 */
let installation: Installation
beforeAll(async () => {
  installation = await Installation.start()
  await cleanHosts()
  await installation.run('bootstrap-servers')
  await installation.run('build')
  await installation.run('deploy')
  await installation.run('post-deploy')
})
afterAll(() => installation.stop())

/** `state cloud namespace since lock holder …`, as every host has it. */
const marks = () => onHosts('cat /etc/kolla/.fence; stat -c %a:%U /etc/kolla/.fence')

/** Changes one option, so that a reconfigure restarts Keystone host by host. */
const changeKeystone = (value: number) =>
  installation.write('config/keystone.conf', `[token]\nmax_token_size = ${value}\n`)

/** Resolves some time after a verb of the operation was begun. */
async function inTheMiddleOf(operation: OperationHandle, verb: string, ms: number): Promise<void> {
  for await (const event of operation.events()) {
    if (event.type === 'stepScheduled' && event.step.verb === verb) break
  }
  await sleep(ms)
}

describe('the hosts', () => {
  it("carry the cloud's mark, for root alone, and which run had it last", async () => {
    for (const mark of await marks()) {
      expect(mark).toMatch(new RegExp(`^\\S+ ${cloud} \\S+ \\d+ \\S+ ${cloud}-deploy-\\S+ `))
      expect(mark).toContain('600:root')
    }
  })

  it('that were deployed before there were marks belong to whom their containers name', async () => {
    await onHosts('rm /etc/kolla/.fence')
    expect(await installation.run('plan')).toContain('Nothing to change')
    await installation.run('deploy')
    for (const mark of await marks()) expect(mark).toContain(` ${cloud} `)
  })
})

describe('a lock that somebody terminates in the Web UI', () => {
  it('takes its run along, which changes nothing more, and the next one is alone', async () => {
    await changeKeystone(300)
    const client = await installation.client()
    const first = await client.start('reconfigure', { cloud })
    await inTheMiddleOf(first, 'startContainers', 500)
    const connection = await Connection.connect({ address: installation.address })
    await new Client({ connection }).workflow.getHandle(`${cloud}-lock`).terminate('by hand')
    const second = await client.start('deploy', { cloud })
    await expect(first.result()).rejects.toThrow(LockLost)
    await second.result()
    const done: string[] = []
    for await (const event of first.events()) {
      if (event.type === 'stepCompleted' && event.step.verb === 'startContainers') {
        done.push(event.step.summary)
      }
    }
    expect(done.length).toBeLessThan(2)
    for (const mark of await marks()) expect(mark).toContain(second.workflowId)
    expect(await installation.run('plan')).toContain('Nothing to change')
    await connection.close()
    await client.close()
  })
})

describe('one directory', () => {
  it('has one name', async () => {
    const named = (...name: string[]) => {
      const inventory = join(installation.configdir, 'multinode')
      const where = ['-i', inventory, '--configdir', installation.configdir, ...name]
      return execute(kollaTemporalProgram, [...where, 'plan'], { env: installation.environment })
    }
    const other = await named('--cloud', 'other')
    expect(other.code).toBe(2)
    expect(other.stderr).toContain(`${installation.configdir} is the cloud ${cloud}, not other`)
    const none = await named()
    expect(none.stdout).toContain('Nothing to change')
  })
})

describe('another installation that wants the same hosts', () => {
  let other: Installation
  beforeAll(async () => {
    other = await Installation.start()
  })
  afterAll(() => other.stop())

  const verbs: readonly (readonly string[])[] = [
    ['plan'],
    ['deploy'],
    ['bootstrap-servers'],
    ['mariadb-backup'],
    ['mariadb-restore', '--confirm'],
    ['mariadb-recovery'],
    ['prune'],
    ['remove-osd', '0'],
    ['wipe-disk', 'kolla1', '/dev/sdb', '--size', '8G'],
  ]

  async function refused(verb: readonly string[], reason: RegExp): Promise<void> {
    const before = await containersOn(hosts)
    const { code, stderr, stdout } = await other.attempt(...verb)
    expect([verb, code]).toEqual([verb, 2])
    const lines = (stderr + stdout).split('\n').filter((line) => /^\w+: error: /.test(line))
    const named = verb[0] === 'wipe-disk' ? ['kolla1'] : hosts
    const told = [...new Set(lines)].sort()
    expect(told.map((line) => line.split(':')[0])).toEqual(named)
    for (const line of told) expect(line).toMatch(reason)
    expect(await containersOn(hosts)).toEqual(before)
  }

  it.each(verbs)('is refused %s in one sentence a host, and touches nothing', async (...verb) => {
    const before = await marks()
    await refused(verb, /it belongs to the cloud test of the state directory /)
    expect(await marks()).toEqual(before)
  })

  it('is refused, too, as the same cloud on another Temporal server, until a person takes over', async () => {
    await other.run('server', 'stop')
    for (const name of ['temporal.db', 'id', 'clouds']) {
      await rm(join(other.state, name), { recursive: true, force: true })
    }
    for (const name of ['id', 'clouds']) {
      await cp(join(installation.state, name), join(other.state, name), { recursive: true })
    }
    for (const name of ['passwords.yml', 'config/keystone.conf']) {
      await other.write(name, await installation.read(name))
    }
    await other.run('server', 'start')
    expect(await other.run('plan')).toContain('Nothing to change')
    await refused(['deploy'], /was one of another Temporal server or namespace/)

    await other.run('bootstrap-servers', '--take-over')
    await other.run('deploy')
    expect((await installation.attempt('deploy')).code).toBe(2)
    await installation.run('bootstrap-servers', '--take-over')
    await installation.run('deploy')
    expect((await other.attempt('deploy')).code).toBe(2)
  })
})

describe('what an aborted run leaves on a host', () => {
  /** A one-shot of an earlier run, with MariaDB's image and the volume of prepared data. */
  const leave = (name: string, labels: string, script: string) =>
    onHost(
      'kolla1',
      `image=$(docker inspect -f {{.Config.Image}} mariadb)
docker run --detach --name ${name} --user root ${labels} --volume mariadb_prepared:/prepared \\
  --entrypoint bash $image -c '${script}'`,
    )
  const oneShot = `--label kolla_temporal.cloud=${cloud} --label kolla_temporal.one_shot=left --label kolla_temporal.lock=earlier`

  it('does not empty what the next restore has prepared', async () => {
    await installation.run('mariadb-backup')
    const emptying = 'while sleep 0.2; do find /prepared -mindepth 1 -delete; done'
    await leave('mariadb_prove', `${oneShot} --label kolla_temporal.scratch=yes`, emptying)
    await installation.run('mariadb-restore', '--confirm')
    expect(await onHost('kolla1', 'docker ps -aqf name=mariadb_prove')).toBe('')
    expect(await querySql(installation, "SHOW STATUS LIKE 'wsrep_cluster_size'")).toMatch(/3$/)
  })

  it('is awaited where it can not be ended', async () => {
    await leave('left_behind', oneShot, 'sleep 20; exit 7')
    await installation.run('mariadb-backup')
    const state = await onHost(
      'kolla1',
      "docker inspect -f '{{.State.Status}} {{.State.ExitCode}}' left_behind; docker rm left_behind >/dev/null",
    )
    expect(state).toBe('exited 7')
  })

  it('does not meet the next run, which begins at once', async () => {
    const client = await installation.client()
    for (const [index, ms] of [0, 300, 1000].entries()) {
      await changeKeystone(310 + index)
      const first = await client.start('reconfigure', { cloud })
      await inTheMiddleOf(first, 'startContainers', ms)
      await first.terminate('abort --force')
      await installation.run('deploy')
      expect(await installation.run('plan')).toContain('Nothing to change')
      await installation.run('check')
    }
    await client.close()
  })
})
