import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { Installation } from '../support/installation.js'
import { Keystone } from '../support/keystone.js'
import { eventually, floatingAddress, hosts, lab, onHost, onHosts } from '../support/lab.js'
import { containersOn, issueToken, querySql } from '../support/outside.js'
import { expectNoSecretShown, recordProcesses } from '../support/secrets.js'

/**
 * The main job, from bare hosts to a highly available control plane, looked at from outside. The parts build on each
 * other and run in this order.
 */
let installation: Installation
beforeAll(async () => {
  installation = await Installation.start()
  await Promise.all(hosts.map((host) => lab('reset', host)))
})
afterAll(() => installation.stop())

describe('bare hosts', () => {
  it('have neither Docker nor Python', async () => {
    for (const found of await onHosts('command -v docker python3; true')) expect(found).toBe('')
  })

  it('are refused by deploy with the way out', async () => {
    const { code, stderr } = await installation.attempt('deploy')
    expect(code).toBe(2)
    for (const host of hosts) {
      expect(stderr).toContain(
        `${host}: error: no Docker engine answers: run bootstrap-servers first`,
      )
    }
  })

  it('are prepared by bootstrap-servers', async () => {
    await installation.run('bootstrap-servers')
    for (const version of await onHosts('docker version -f {{.Server.Version}}')) {
      expect(version).toMatch(/^\d+\.\d+/)
    }
    for (const names of await onHosts('getent hosts kolla1 kolla2 kolla3')) {
      expect(names.match(/192\.168\.8\.7[012]/g)).toHaveLength(3)
    }
    for (const setting of await onHosts('cat /proc/sys/net/ipv4/ip_nonlocal_bind')) {
      expect(setting).toBe('1')
    }
  })

  it('are left alone when they are prepared already', async () => {
    expect(await installation.run('bootstrap-servers')).toContain('0 of them changed')
  })
})

describe('images', () => {
  it('are built by kolla-build and served by kollar', async () => {
    await installation.run('build')
    const tags = await fetch('http://192.168.8.73:5000/v2/kolla/keystone/tags/list')
    expect(await tags.json()).toMatchObject({
      tags: expect.arrayContaining(['2026.1-debian-trixie']) as unknown,
    })
  })

  it('are not built twice', async () => {
    expect(await installation.run('build')).toMatch(/^0 images built/m)
  })
})

describe('deploy', () => {
  let processes: string[]

  it('brings up the control plane', async () => {
    const stop = await recordProcesses()
    await installation.run('deploy')
    await installation.run('post-deploy')
    processes = await stop()
  })

  it('makes a Galera cluster of three, Synced behind the floating address', async () => {
    const status = await querySql(installation, "SHOW STATUS LIKE 'wsrep_%'")
    expect(status).toContain('wsrep_cluster_size\t3')
    expect(status).toContain('wsrep_local_state_comment\tSynced')
  })

  it('has mysqld listen on each host and haproxy on the floating address, as the source ends', async () => {
    const listeners = await onHosts('ss -Hltnp "sport = :3306"')
    for (const [index, text] of listeners.entries()) {
      expect(text).toMatch(new RegExp(`192\\.168\\.8\\.7${index}:3306.*"(mysqld|mariadbd)"`))
      expect(text).toMatch(/192\.168\.8\.75:3306.*"haproxy"/)
    }
  })

  it('makes a RabbitMQ cluster of three', async () => {
    const status = await onHost(
      'kolla2',
      'docker exec rabbitmq rabbitmqctl -q cluster_status --formatter json',
    )
    const { running_nodes: running } = JSON.parse(status) as { running_nodes: string[] }
    expect(running.sort()).toEqual(['rabbit@kolla1', 'rabbit@kolla2', 'rabbit@kolla3'])
  })

  it('issues a token to the written clouds.yaml through the floating address', async () => {
    const clouds = parse(await installation.read('clouds.yaml')) as {
      clouds: Record<string, { auth: { auth_url: string } }>
    }
    expect(clouds.clouds['kolla-admin']?.auth.auth_url).toContain(floatingAddress)
    const token = await issueToken(installation)
    expect(token).toMatchObject({ user: { name: 'admin' }, project: { name: 'admin' } })
  })

  it('takes a request whose body comes in pieces, without a length', async () => {
    const keystone = await Keystone.of(installation)
    expect(await keystone.accepts(await keystone.tokenForPieces())).toBe(true)
  })

  it('shows no secret in history, logs, process lists or readable files', async () => {
    const secrets = await installation.secrets()
    expect(secrets.length).toBeGreaterThan(50)
    await expectNoSecretShown(secrets, installation, processes)
  })
})

describe('a second deploy', () => {
  it('is the same where its globals ask for facts of hosts', async () => {
    const fact = '"{{ ansible_facts.default_ipv4.interface }}"'
    const undo = await installation.edit('globals.yml', /(?<=^network_interface: )"eth0"/m, fact)
    expect(await installation.run('plan')).toContain('Nothing to change')
    await undo()
  })

  it('has an empty plan and touches no container', async () => {
    expect(await installation.run('plan')).toContain('Nothing to change')
    const before = await containersOn(hosts)
    const events = (await installation.run('deploy', '--json')).split('\n')
    expect(JSON.parse(events.at(-1) ?? '')).toMatchObject({ result: { changes: [] } })
    expect(await containersOn(hosts)).toEqual(before)
  })
})

describe('one changed option of one service', () => {
  it("restarts only that service's containers, one host at a time, and no request fails", async () => {
    const before = await containersOn(hosts)
    await installation.write('config/keystone.conf', '[token]\nexpiration = 10800\n')
    const began = new Date().toISOString()
    const keystone = await Keystone.of(installation)
    let issued = 0
    let deploying = true
    // One after the other: each costs a password's hash, and the machine has two processors.
    const asking = async () => {
      for (; deploying; issued++) await keystone.token()
    }
    await Promise.all([
      installation.run('deploy').finally(() => {
        deploying = false
      }),
      asking(),
    ])
    expect(issued).toBeGreaterThan(5)
    const after = await containersOn(hosts)
    const restarted = [...after].filter(([name, state]) => before.get(name)?.id !== state.id)
    expect(restarted.map(([name]) => name)).toEqual(hosts.map((host) => `${host}/keystone`))
    const turns = await onHosts(
      `docker events --since ${began} --until ${new Date().toISOString()} --format '{{.TimeNano}}' \
        --filter container=keystone --filter event=die --filter event=rename | sort | sed -n '1p;$p'`,
    )
    // From the end of the old one to the new one's name; the new one was there before.
    const times = turns.map((turn) => turn.split('\n').map((nanos) => Number(nanos) / 1e6))
    expect(times.flat()).toEqual(times.flat().sort((a, b) => a - b))
    for (const [index, host] of hosts.entries()) {
      const startedAt = Date.parse(after.get(`${host}/keystone`)?.startedAt ?? '')
      expect(startedAt).toBeLessThan(times[index]?.[0] ?? 0)
    }
    const seen = await onHosts('docker exec keystone grep ^expiration /etc/keystone/keystone.conf')
    expect(seen).toEqual(hosts.map(() => 'expiration = 10800'))
  })
})

describe('a rotation of the Fernet keys', () => {
  it('on one host reaches the others, and a token from before stays good', async () => {
    const keystone = await Keystone.of(installation)
    const token = await keystone.token()
    const keys = () =>
      onHosts('cd $(docker volume inspect -f {{.Mountpoint}} keystone_fernet_tokens); sha256sum *')
    const [before] = await keys()
    await onHost('kolla2', 'docker exec keystone_fernet /usr/bin/fernet-rotate.sh')
    const after = await keys()
    expect(new Set(after).size).toBe(1)
    expect(after).not.toContain(before)
    expect(await keystone.accepts(token)).toBe(true)
  })
})

describe('an option that Keystone can not begin with', () => {
  it('on one host takes nothing away: the step fails with the reason, and nothing new stays anywhere', async () => {
    const before = await containersOn(hosts)
    const undo = await installation.edit('config/keystone.conf', '10800', '7200')
    const wrong = 'config/keystone/kolla2/keystone.conf'
    await installation.write(wrong, '[identity]\ndriver = nowhere\n')
    const { code, stderr } = await installation.attempt('deploy')
    expect(code).toBe(1)
    expect(stderr).toMatch(/kolla2: .*\n.*keystone\.next.*while waiting for/)
    expect(stderr).toContain('nowhere')
    expect(await containersOn(hosts)).toEqual(before)
    await Promise.all([undo(), installation.remove(wrong)])
    expect(await installation.run('deploy')).toContain('rewritten on 3 hosts')
    expect(await containersOn(hosts)).toEqual(before)
  })
})

describe('the host that holds the floating address', () => {
  it('may lose its power and come back', async () => {
    const holders = await onHosts(`ip -4 -o addr show to ${floatingAddress}`)
    const holder = hosts[holders.findIndex((text) => text !== '')]
    if (holder === undefined) throw new Error('nobody holds the floating address')
    await lab('poweroff', holder)
    const sizeThere = () => querySql(installation, "SHOW STATUS LIKE 'wsrep_cluster_size'")
    await eventually(sizeThere, (size) => size.endsWith('2'), 120)
    await eventually(() => issueToken(installation), Boolean, 120)
    await lab('poweron', holder)
    await eventually(sizeThere, (size) => size.endsWith('3'), 300)
    await eventually(() => installation.run('check'), Boolean, 300)
    expect(await installation.run('plan')).toContain('Nothing to change')
  })
})

describe('a MariaDB that runs out of memory', () => {
  it('is started again and finds its cluster', async () => {
    const pids = await onHost('kolla3', 'docker inspect -f {{.State.Pid}} mariadb')
    await onHost('kolla3', `kill -KILL ${pids}`)
    await eventually(
      () =>
        onHost(
          'kolla3',
          'docker exec mariadb mariadb -NBe "SHOW STATUS LIKE \'wsrep_local_state_comment\'"',
        ),
      (state) => state.endsWith('Synced'),
      120,
    )
    expect(await installation.run('plan')).toContain('Nothing to change')
  })
})
