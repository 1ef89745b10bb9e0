import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdir, mkdtemp, readFile, rm, utimes, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { RequestListener } from 'node:http'
import type { AddressInfo, Server, Socket } from 'node:net'
import { connect, createServer as createTcpServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { rowOf } from '../catalog/mysql-protocol.js'
import type { Probe } from '../catalog/service.js'
import { RemoteError, RemoteTimeout } from '../ssh/errors.js'
import type { Remote } from '../ssh/remote.js'
import { awaitProbes } from './wait.js'

let directory: string
const servers: Server[] = []

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'wait-'))
})

afterEach(async () => {
  for (const server of servers.splice(0)) server.close()
  await rm(directory, { recursive: true })
})

/** This machine's bash, with a `docker` of the test's own. */
const here = {
  host: 'kolla1',
  async run(script: string) {
    const path = `${directory}:${process.env['PATH']}`
    const child = spawn('bash', ['-c', script], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { PATH: path, STATE: directory },
    })
    const closed = new Promise<number>((resolve) => child.once('close', resolve))
    const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)])
    return { code: await closed, stdout, stderr }
  },
} as unknown as Remote

async function program(name: string, script: string): Promise<void> {
  await writeFile(join(directory, name), `#!/bin/bash\n${script}\n`)
  await chmod(join(directory, name), 0o755)
}

const docker = (script: string) => program('docker', script)

/** What Docker's API tells of containers that run, and of those that are healthy, too: name → id. */
const running = (
  containers: Readonly<Record<string, string>>,
  healthy: Readonly<Record<string, string>> = {},
) => {
  const all = Object.entries(containers).map(([name, Id]) => ({
    Id,
    Names: [`/${name}`],
    Status: `Up 5 minutes${name in healthy ? ' (healthy)' : ''}`,
  }))
  return program('curl', `cat <<'END'\n${JSON.stringify(all)}\nEND`)
}

/** What Docker's API tells of any one container. Bash: `status` and `restarts` are set before it. */
const inspected = (script: string) =>
  program(
    'curl',
    `${script}
echo '{"Id":"4711","State":{"Status":"'$status'","Health":{"Status":"starting"}},"RestartCount":'$restarts'}'`,
  )

async function listen(server: Server, port = 0): Promise<number> {
  servers.push(server)
  await new Promise<void>((ready) => server.listen(port, '127.0.0.1', ready))
  return (server.address() as AddressInfo).port
}

async function freePort(): Promise<number> {
  const server = createTcpServer()
  const port = await listen(server)
  await new Promise((closed) => server.close(closed))
  return port
}

const serve = (listener: RequestListener) => listen(createServer(listener))
const tcp = (port: number): Probe => ({ kind: 'tcp', address: '127.0.0.1', port })
const options = { title: 'keystone becomes healthy', timeoutMs: 10_000 }

it('goes on as soon as the port opens', async () => {
  const port = await freePort()
  let connected = 0
  const waiting = awaitProbes(here, [tcp(port)], options)
  await sleep(700)
  await listen(
    createTcpServer((socket) => {
      connected++
      socket.on('error', () => undefined).end()
    }),
    port,
  )
  await waiting
  expect(connected).toBe(1)
})

it('waits for the wanted status line', async () => {
  let asked = 0
  const port = await serve((request, response) => {
    expect(request.url).toBe('/v3?a=b')
    response.writeHead(++asked < 3 ? 503 : 300).end()
  })
  const url = `http://127.0.0.1:${port}/v3?a=b`
  await awaitProbes(here, [{ kind: 'http', url, status: 300 }], options)
  expect(asked).toBe(3)
})

it('survives a server that closes at once, and tells what it saw last', async () => {
  const port = await listen(createTcpServer((socket) => socket.destroy()))
  const url = `http://127.0.0.1:${port}/`
  const waiting = awaitProbes(here, [{ kind: 'http', url, status: 200 }], {
    ...options,
    timeoutMs: 1000,
  })
  await expect(waiting).rejects.toThrow(RemoteTimeout)
  await expect(waiting).rejects.toThrow(
    new RegExp(
      `keystone becomes healthy did not end within 1 s\\n +still waiting after . s for: GET ${url} answers 200\\n +seen last: no status line`,
    ),
  )
})

it('has all its time again as long as a copy goes on, and not for ever', async () => {
  const copy = { volume: 'mariadb', file: 'sst_in_progress' }
  await docker('[[ $* == "volume inspect -f {{.Mountpoint}} mariadb" ]] && echo $STATE')
  const wait = (timeoutMs: number) =>
    awaitProbes(here, [tcp(port)], { ...options, timeoutMs: 1000, after: { ...copy, timeoutMs } })
  const port = await freePort()
  const file = join(directory, copy.file)
  await writeFile(file, '')
  await expect(wait(2000)).rejects.toThrow(/still waiting after [34] s/)
  const waiting = wait(60_000)
  await sleep(3500)
  await rm(file)
  await listen(createTcpServer(), port)
  await waiting
}, 20_000)

it('compares a line of what a command prints in the container', async () => {
  await docker(
    'echo "$*" >>$STATE/calls; echo noise; (($(wc -l <$STATE/calls) < 3)) || echo Synced',
  )
  const command = ['sh', '-c', 'echo "$0"; it\'s']
  const probe: Probe = { kind: 'exec', container: 'mariadb', command, line: 'Synced' }
  await awaitProbes(here, [probe], options)
  const calls = await readFile(join(directory, 'calls'), 'utf8')
  expect(calls.trim().split('\n')).toEqual(Array(3).fill(`exec mariadb ${command.join(' ')}`))
})

it('runs a check in the container only where Docker does not say that it succeeds', async () => {
  const libvirt = { nova_libvirt: 'c'.repeat(64) }
  const command = ['virsh', 'version', '--daemon']
  const probe: Probe = { kind: 'exec', container: 'nova_libvirt', command, isItsCheck: true }
  await docker('echo "$*" >>$STATE/calls')
  await running(libvirt, libvirt)
  await awaitProbes(here, [probe], options)
  await expect(readFile(join(directory, 'calls'), 'utf8')).rejects.toThrow('ENOENT')
  await running(libvirt)
  await awaitProbes(here, [probe], options)
  expect(await readFile(join(directory, 'calls'), 'utf8')).toBe(
    'exec nova_libvirt virsh version --daemon\n',
  )
})

it('tells a container that is not connected from one that does not run', async () => {
  await running({ cron: 'b'.repeat(64), heat_engine: 'a'.repeat(64) })
  const wait = (container: string) => {
    const probe: Probe = { kind: 'connected', container, program: 'heat-engine', port: 5672 }
    return awaitProbes(here, [probe], { ...options, timeoutMs: 1000 })
  }
  await expect(wait('heat_engine')).rejects.toThrow(
    /for: heat-engine in heat_engine connected to port 5672\n +seen last: not connected/,
  )
  await expect(wait('heat_api')).rejects.toThrow(/seen last: not running/)
})

it('finds who is connected to whom with one look at the kernel for all', async () => {
  const port = await listen(createTcpServer())
  const client = connect(port, '127.0.0.1')
  await once(client, 'connect')
  await program('ss', 'echo >>$STATE/looks; PATH=${PATH#*:} exec ss "$@"')
  // The first number of whatever groups this process is in.
  await running({ test: '0' })
  const connected = (program: string): Probe => ({
    ...{ kind: 'connected', container: 'test', program, port },
  })
  await awaitProbes(here, [connected('node'), connected('vitest')], options)
  expect(await readFile(join(directory, 'looks'), 'utf8')).toBe('\n')
  const wait = awaitProbes(here, [connected('nova')], { ...options, timeoutMs: 1000 })
  await expect(wait).rejects.toThrow(/seen last: not connected/)
  client.destroy()
})

describe('what has run all the time and is not connected', () => {
  const container = 'neutron_l3_agent'
  const wait = async ({ ago, restarts = true }: { ago: number; restarts?: boolean }) => {
    const since = new Date(Date.now() - ago).toISOString()
    await docker(
      `case "$*" in *StartedAt*) echo ${since} ;; container*) echo running 0 ;; *) echo "$*" >>$STATE/calls ;; esac`,
    )
    await running({ [container]: 'a'.repeat(64) })
    const probe: Probe = { kind: 'connected', container, program: 'neutron-l3-agent', port }
    const waiting = awaitProbes(here, [probe], { ...options, restarts, timeoutMs: 1000 })
    await expect(waiting).rejects.toThrow(RemoteTimeout)
    const calls = await readFile(join(directory, 'calls'), 'utf8')
    return { calls, told: await waiting.catch(String) }
  }
  const restart = `restart --time 10 ${container}\n`
  let port: number
  let others: Socket
  beforeEach(async () => {
    port = await listen(createTcpServer())
    others = connect(port, '127.0.0.1')
    await once(others, 'connect')
  })
  afterEach(() => others.destroy())

  it('is restarted where others are connected', async () => {
    const { calls, told } = await wait({ ago: 60_000 })
    expect(calls).toContain(restart)
    expect(told).toContain(`${container} ran for 1 s unconnected: restarted`)
  })

  it.each([
    { title: 'has not run for so long', ago: -60_000 },
    { title: 'is only looked at', ago: 60_000, restarts: false },
  ])('is left alone where it $title', async (given) => {
    expect((await wait(given)).calls).not.toContain(restart)
  })

  it('is left alone where nobody is connected: what listens there may be away', async () => {
    others.destroy()
    await once(others, 'close')
    expect((await wait({ ago: 60_000 })).calls).not.toContain(restart)
  })
})

it('asks a member of Galera in its protocol, and in the container where its account is refused', async () => {
  await docker("echo asked >>$STATE/calls; echo $'wsrep_local_state_comment\\tSynced'")
  const answers = [rowOf('wsrep_local_state_comment', 'Synced'), rowOf('Access denied')]
  const port = await listen(
    createTcpServer((socket) => {
      socket.write('10.11.6-MariaDB')
      socket.once('data', (said) => {
        expect(said.toString('latin1')).toMatch(/haproxy.*SHOW STATUS LIKE/s)
        socket.end(answers.shift() ?? '')
      })
    }),
  )
  const member = { container: 'mariadb', address: '127.0.0.1', user: 'haproxy' }
  const probe: Probe = { kind: 'synced', ...member, port }
  await awaitProbes(here, [probe], options)
  await expect(readFile(join(directory, 'calls'), 'utf8')).rejects.toThrow('ENOENT')
  await awaitProbes(here, [probe], options)
  expect(await readFile(join(directory, 'calls'), 'utf8')).toBe('asked\n')
})

it('names the containers that do not run', async () => {
  await running({ cron: 'b'.repeat(64) })
  const wait = (...names: string[]) => {
    const probes = names.map((container): Probe => ({ kind: 'running', container }))
    return awaitProbes(here, probes, { ...options, timeoutMs: 1000 })
  }
  await wait('cron')
  await expect(wait('cron', 'ceph_mgr')).rejects.toThrow(/seen last: ceph_mgr does not run/)
})

it('gives up a container that has ended, with its last words', async () => {
  await docker('echo "no such table: user"')
  await inspected('status=exited restarts=0')
  const waiting = awaitProbes(here, [tcp(await freePort())], {
    ...options,
    containers: ['keystone'],
  })
  await expect(waiting).rejects.toThrow(RemoteError)
  const error = (await waiting.catch((reason: unknown) => reason)) as RemoteError
  expect(error.tail[0]).toMatch(
    /^container keystone is exited, .*for: TCP port \d+ on 127\.0\.0\.1$/,
  )
  expect(error.tail).toContain('seen last: nobody listens')
  expect(error.tail).toContain('keystone: no such table: user')
})

it('tells the last lines of the container that it is about, and of no other', async () => {
  await docker('[[ $1 != logs ]] && echo $STATE || echo started')
  await mkdir(join(directory, 'neutron'))
  await mkdir(join(directory, 'nova'))
  const log = (name: string, line: string) =>
    writeFile(join(directory, name.split('-')[0] ?? '', `${name}.log`), `${line}\n`)
  await log('nova-api', 'GET /servers')
  await log('neutron-l3-agent', 'Loaded agent extensions')
  await utimes(join(directory, 'neutron/neutron-l3-agent.log'), 0, 0)
  await log('neutron-server', 'GET /v2.0/ports')
  await running({})
  const [container, logs] = ['neutron_l3_agent', ['nova', 'neutron']]
  const wait = (probe: Probe) =>
    awaitProbes(here, [probe], { ...options, logs, timeoutMs: 1000 }).catch(String)
  const told = await wait({ kind: 'connected', container, program: 'neutron-l3-agent', port: 1 })
  expect(told).toMatch(
    /neutron_l3_agent: started\n +neutron-l3-agent.log: Loaded agent extensions$/,
  )
  // What names no container may be about any: then what is old says nothing.
  expect(await wait(tcp(await freePort()))).toMatch(
    /seen last: .*\n +nova-api.log: GET \S+\n +neutron-server.log: GET \S+$/,
  )
})

it('gives up a container that is gone', async () => {
  await program('curl', `echo '{"message":"No such container: keystone"}'`)
  const waiting = awaitProbes(here, [tcp(await freePort())], {
    ...options,
    containers: ['keystone'],
  })
  await expect(waiting).rejects.toThrow('container keystone is gone')
})

it('counts only the restarts that it sees', async () => {
  await inspected('status=running restarts=7')
  const waiting = awaitProbes(here, [tcp(await freePort())], {
    ...options,
    timeoutMs: 2000,
    containers: ['keystone'],
  })
  await expect(waiting).rejects.toThrow(RemoteTimeout)
  await inspected(
    'status=running restarts=$(cat $STATE/n 2>/dev/null || echo 7); echo $((restarts + 1)) >$STATE/n',
  )
  const looping = awaitProbes(here, [tcp(await freePort())], {
    ...options,
    containers: ['keystone'],
  })
  await expect(looping).rejects.toThrow('container keystone is running, restarted 3 times')
}, 20_000)
