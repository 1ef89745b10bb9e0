import { execFileSync, spawn } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Duplex } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { dockerEngine } from '../docker/engine.js'
import { RemoteError } from '../ssh/errors.js'
import type { Remote, RunOptions, RunResult } from '../ssh/remote.js'
import { HostTaken, claimHost, fenceVariable, findOwner } from './fence.js'
import type { Hold, Owner } from './fence.js'
import { FencedRemote, MarkLost } from './fenced-remote.js'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fence-'))
  docker('exit 0')
  engine('exit 7') // no socket
})
afterEach(() => rmSync(folder, { recursive: true }))

/** This machine's bash, and a Docker of the test's. */
const remote: Remote = {
  host: 'kolla1',
  run: (script, options = {}) => run(script, options),
  async runOrFail(script, options = {}) {
    const result = await run(script, options)
    if (result.code === 0) return result
    throw new RemoteError('kolla1', options.title ?? '', result.code, [result.stderr])
  },
  open(script, options = {}) {
    const child = start(script, options)
    const stream = Duplex.from({ readable: child.stdout, writable: child.stdin })
    return Promise.resolve(stream.on('error', () => undefined))
  },
}

/**
 * Scripts end every process of the machine that an earlier run has marked: the test's marks have a name of their own, so
 * that no real one's processes are ended.
 */
const ofThisTest = (text: string) => text.replaceAll(fenceVariable, `TEST_${process.pid}_FENCE`)

function start(script: string, { environment = {} }: RunOptions) {
  const marks = Object.entries(environment).map(([name, value]) => [ofThisTest(name), value])
  const PATH = `${folder}:${process.env['PATH'] ?? ''}`
  const env = { ...process.env, PATH, ...(Object.fromEntries(marks) as NodeJS.ProcessEnv) }
  return spawn('bash', ['-c', ofThisTest(script)], { env })
}

function run(script: string, options: RunOptions): Promise<RunResult> {
  const child = start(script, options)
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (text: Buffer) => {
    stdout += text.toString()
    text
      .toString()
      .split('\n')
      .filter(Boolean)
      .forEach((line) => options.onOutput?.(line))
  })
  child.stderr.on('data', (text: Buffer) => (stderr += text.toString()))
  child.stdin.end()
  return new Promise((resolve) => {
    child.once('close', (code) => resolve({ code: code ?? 143, stdout, stderr }))
  })
}

function program(name: string, script: string): void {
  writeFileSync(join(folder, name), `#!/bin/bash\n${script}\n`)
  chmodSync(join(folder, name), 0o755)
}

const docker = (script: string) => program('docker', script)
/** What answers on Docker's socket. */
const engine = (script: string) => program('curl', script)

const owner: Owner = {
  state: '3f0c2b1e-0000-4000-8000-000000000001',
  cloud: 'demo',
  namespace: 'n1',
  place: 'ops box:/var/lib/kolla-temporal',
  server: '127.0.0.1:7233/default',
}
const first: Hold = { since: 1000, lock: 'lock-1', holder: 'demo deploy 1' }
const second: Hold = { since: 2000, lock: 'lock-2', holder: 'demo-deploy-2' }
const options = () => ({ root: folder })
const claim = (hold: Hold, of = owner, more = {}) =>
  claimHost(remote, of, hold, { ...options(), ...more })
const mark = (of: Owner, { since, lock, holder }: Hold) => ({ ...of, since, lock, holder })

describe('a host', () => {
  it("is the run's that holds the cloud, readable by root alone", async () => {
    expect(await claim(first)).toBeUndefined()
    expect(await claim(first)).toBeUndefined()
    const file = join(folder, '.fence')
    expect(readFileSync(file, 'utf8')).toContain('demo n1 1000 lock-1 demo%20deploy%201')
    expect(statSync(file).mode & 0o777).toBe(0o600)
  })

  it('goes to the newer lock, and never back', async () => {
    await claim(first)
    expect(await claim(second)).toBeUndefined()
    expect(await claim(first)).toEqual({ why: 'newer', mark: mark(owner, second) })
    expect(await claim(second)).toBeUndefined()
  })

  it('goes to a lock that is known to be newer, whatever the clock said', async () => {
    await claim(second)
    expect(await claim(first, owner, { over: 'lock-2' })).toBeUndefined()
    expect(await claim(second, owner, { over: 'lock-0' })).toBeUndefined()
  })

  it.each<[string, Owner]>([
    ['another state directory', { ...owner, state: '3f0c2b1e-0000-4000-8000-000000000002' }],
    ['another name', { ...owner, cloud: 'demo 2' }],
  ])('is not to be had by %s, until a person says so', async (_, other) => {
    await claim(first, other)
    const refusal = { why: 'owner', mark: mark(other, first) }
    expect(await claim(second)).toEqual(refusal)
    expect(await findOwner(remote, owner, options())).toEqual(refusal)
    expect(await claim({ ...first, takeOver: true })).toBeUndefined()
    expect(await claim(second)).toBeUndefined()
    expect(await claim(second, other)).toMatchObject({ why: 'owner' })
  })

  it('is not to be had by another Temporal server, which may look', async () => {
    const moved = { ...owner, namespace: 'n2' }
    await claim(first)
    expect(await claim(second, moved)).toEqual({ why: 'namespace', mark: mark(owner, first) })
    expect(await findOwner(remote, moved, options())).toBeUndefined()
    expect(await claim({ ...second, takeOver: true }, moved)).toBeUndefined()
  })

  it('is not taken over from a run of the same cloud', async () => {
    await claim(second)
    expect(await claim({ ...first, takeOver: true })).toMatchObject({ why: 'newer' })
  })

  it('without a mark is whose labels its containers carry', async () => {
    docker(`[[ $1 == ps && $* == *--all* ]] && printf '%s\\n' other demo other third`)
    const refusal = { why: 'labels', clouds: 'other, third' }
    expect(await findOwner(remote, owner, options())).toEqual(refusal)
    expect(await claim(first)).toEqual(refusal)
    expect(existsSync(join(folder, '.fence'))).toBe(false)
    docker(`[[ $1 == ps && $* == *--all* ]] && echo demo; exit 0`)
    expect(await findOwner(remote, owner, options())).toBeUndefined()
    expect(existsSync(join(folder, '.fence'))).toBe(false)
    expect(await claim(first)).toBeUndefined()
  })

  it('is had where no Docker is', async () => {
    docker('exit 1')
    expect(await claim(first)).toBeUndefined()
  })
})

describe('what a run does on a host', () => {
  const fencedBy = (hold: Hold, claims: Hold[] = []) =>
    new FencedRemote(remote, hold, {
      root: folder,
      claim: async () => {
        claims.push(hold)
        if (await claim(hold)) throw new HostTaken('kolla1', 'it is taken')
      },
    })

  it('makes the host its own once, and is refused after another run has got it', async () => {
    const claims: Hold[] = []
    const mine = fencedBy(first, claims)
    expect((await mine.run('echo $KOLLA_TEMPORAL_FENCE; exit 3')).stdout).toBe('lock-1\n')
    expect((await mine.runOrFail('echo two')).stdout).toBe('two\n')
    expect(claims).toHaveLength(1)

    await claim(second)
    await expect(mine.run('echo three')).rejects.toThrow(MarkLost)
    await expect(mine.run('echo four')).rejects.toThrow(HostTaken)
    await expect(mine.runOrFail('echo five')).rejects.toThrow(HostTaken)
  })

  it('waits for one try to make the host its own, and makes another where that failed', async () => {
    let tries = 0
    const mine = new FencedRemote(remote, first, {
      root: folder,
      claim: async () => {
        tries++
        await sleep(20)
        if (tries === 1) throw new Error('the step that tried was cancelled')
        await claim(first)
      },
    })
    const ends = await Promise.allSettled([
      mine.run('exit 1'),
      mine.run('exit 2'),
      mine.run('exit 3'),
    ])
    expect(ends.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'fulfilled'])
    expect(tries).toBe(2)
  })

  it('is ended before a newer lock has the host, but not what it does itself', async () => {
    const began = (hold: Hold) =>
      fencedBy(hold).run(`echo $$ >${folder}/${hold.lock}; sleep 60 & wait`)
    const running = began(first)
    await untilExists('lock-1')
    expect(await claim(second)).toBeUndefined()
    await running
    expect(isAlive('lock-1')).toBe(false)

    const own = began(second)
    await untilExists('lock-2')
    expect(await claim(second)).toBeUndefined()
    expect(isAlive('lock-2')).toBe(true)
    await claim({ since: 3000, lock: 'lock-3', holder: 'demo-deploy-3' })
    await own
  })

  it('comes to its end where the engine was asked for it, and asks for nothing more', async () => {
    execFileSync('mkfifo', [join(folder, 'nothing')])
    // Takes a request, and a while for it, even when nobody sends any more; then whatever else was sent.
    docker(`[[ $2 == dial-stdio ]] || exit 0
exec 3<>${folder}/nothing
read -r request; echo "$request" >>${folder}/begun; read -r -t 1.5 -u 3; echo "$request" >>${folder}/done
while read -r request; do echo "$request" >>${folder}/done; done`)
    const engine = dockerEngine(fencedBy(first))
    const asked = engine.api
      .getContainer('mariadb')
      .stop()
      .catch((error: unknown) => error)
    await untilExists('begun')
    const waits: string[] = []
    await claim(second, owner, { onWait: (line: string) => waits.push(line) })
    expect(readFileSync(join(folder, 'done'), 'utf8')).toContain('POST /containers/mariadb/stop')
    // On a busy machine the shell around Docker's client may be seen alone for a moment.
    const told = new Set(waits.filter((it) => it !== 'a script of an earlier run'))
    expect(told).toEqual(new Set(['what an earlier run asked of the engine']))
    expect(await asked).toBeInstanceOf(Error)

    await expect(engine.api.getContainer('mariadb').start()).rejects.toThrow()
    expect(readFileSync(join(folder, 'begun'), 'utf8')).not.toContain('start')
  })

  it('leaves no one-shot behind: what may be ended is, the others are awaited, those of the run go on', async () => {
    docker(`case $1 in
  ps) [[ $* == *--all* ]] || printf '%s\\n' 'mariadb_prove lock-0 yes' 'keystone_expand lock-0 ' 'older - ' 'own lock-1 ' ;;
  *) echo "$*" >>${folder}/asked ;;
esac`)
    const waits: string[] = []
    await claim(first, owner, { onWait: (line: string) => waits.push(line) })
    expect(readFileSync(join(folder, 'asked'), 'utf8').trim().split('\n')).toEqual([
      'rm --force mariadb_prove',
      'wait keystone_expand',
      'wait older',
    ])
    expect(waits).toEqual(['keystone_expand of an earlier run', 'older of an earlier run'])
  })

  it.each([
    ['none runs', '[]', ''],
    ['some do', '[{"Names":["/own"]}]', 'ps\n'],
  ])(
    'asks the command line for one-shots only where the engine tells that %s',
    async (_, told, asked) => {
      engine(`echo '${told}'`)
      docker(`[[ $* == *--all* ]] || echo "$1" >>${folder}/asked`)
      writeFileSync(join(folder, 'asked'), '')
      await claim(first)
      expect(readFileSync(join(folder, 'asked'), 'utf8')).toBe(asked)
    },
  )
})

const pidOf = (name: string) => Number(readFileSync(join(folder, name), 'utf8'))

function isAlive(name: string): boolean {
  const environ = `/proc/${pidOf(name)}/environ`
  return existsSync(environ) && readFileSync(environ, 'utf8').includes(ofThisTest(fenceVariable))
}

async function untilExists(name: string): Promise<void> {
  while (!existsSync(join(folder, name))) await sleep(20)
}
