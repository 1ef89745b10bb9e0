import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { cloud } from '../../support/installation.js'
import { eventually, onHost, onHosts } from '../../support/lab.js'
import { ReleasedCloud, next } from '../../support/releases.js'

/** What is drained, and by whom nobody knows any more: seen, and given back. The parts run in this order. */
let released: ReleasedCloud
beforeAll(async () => {
  released = await ReleasedCloud.deploy()
})
afterAll(() => released.stop())

const socket = 'unix-connect:/var/lib/kolla/haproxy/haproxy.sock'
const tell = (command: string) =>
  `docker exec -i keepalived socat -t 5 stdio ${socket} <<<'${command}'`
const notes = () => onHosts('ls /var/lib/kolla-temporal/drained 2>/dev/null || true')

describe('members of HAProxy that a forced end has left drained', () => {
  const members = ['mariadb_back/kolla1', 'mariadb_back/kolla2']
  const drained = async () => {
    const states = await onHosts(tell('show servers state mariadb_back'))
    return states.map(
      (text) => text.split('\n').filter((line) => line.split(' ')[6] === '8').length,
    )
  }

  it('are lines of the plan and warnings of check, and deploy gives them back', async () => {
    const { installation } = released
    const commands = members.map((member) => `set server ${member} state drain`)
    await onHosts(tell(commands.join('; ')))
    expect(await drained()).toEqual([2, 2, 2])
    const plan = await installation.run('plan')
    for (const member of members) expect(plan).toMatch(new RegExp(`haproxy +${member} +give back`))
    expect(plan).toContain('6 to give back on 3 hosts')
    const { code, stderr } = await installation.attempt('check')
    expect(code).toBe(0)
    expect(stderr).toMatch(/kolla3: warning: mariadb_back\/kolla1 is drained/)
    expect(await installation.run('deploy')).toContain('6 given back on 3 hosts')
    expect(await drained()).toEqual([0, 0, 0])
    expect(await installation.run('plan')).toContain('Nothing to change')
  })

  it('are left alone in maintenance, which is the operator', async () => {
    const { installation } = released
    await onHost('kolla1', tell('set server mariadb_back/kolla2 state maint'))
    expect(await installation.run('plan')).toContain('Nothing to change')
    await onHost('kolla1', tell('set server mariadb_back/kolla2 state ready'))
  })
})

describe('an upgrade whose worker dies and which is terminated while a node of RabbitMQ is drained', () => {
  it('leaves a note, and the next upgrade gives the node its work back and finishes', async () => {
    const { installation, client } = released
    const operation = await client.start('upgrade', { cloud, release: next })
    await eventually(
      () => onHost('kolla1', 'ls /var/lib/kolla-temporal/drained/rabbitmq'),
      () => true,
      600,
    )
    process.kill(await installation.workerPid(), 'SIGKILL')
    await operation.terminate('a test')
    await installation.run('server', 'start')
    expect((await notes())[0]).toContain('rabbitmq')
    const plan = await installation.run('upgrade', next, '--dry-run')
    expect(plan).toContain('to give back')
    await installation.run('upgrade', next)
    expect((await notes()).join('')).toBe('')
    await released.expectToRun(next)
    await released.describeAs(next)
    await installation.run('check')
  })
})
