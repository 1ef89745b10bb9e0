import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { drainServers } from './haproxy-server.js'
import { localRemote } from './testing/local-remote.js'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'haproxy-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

/** A line of HAProxy's `show stat`, of whose fields all others are empty. */
const line = (backend: string, server: string, state: string, sessions = 0) =>
  [backend, server, '0', '0', String(sessions), ...Array<string>(12).fill(''), state, ''].join(',')

/** A HAProxy that answers by these, one a question, and by the last for ever. Returns what it was told, and the result. */
const drain = (servers: readonly string[], ...answers: readonly (readonly string[])[]) =>
  drainFor(30, servers, answers)

async function drainFor(
  seconds: number,
  servers: readonly string[],
  answers: readonly (readonly string[])[],
) {
  for (const [index, lines] of answers.entries()) {
    writeFileSync(join(folder, `answer-${index}`), ['# pxname,svname', ...lines, ''].join('\n'))
  }
  writeFileSync(join(folder, 'asked'), '')
  const docker = `docker() {
  local number=$(wc -l <${folder}/asked)
  cat >>${folder}/asked
  ((number < ${answers.length})) || number=${answers.length - 1}
  cat ${folder}/answer-$number 2>/dev/null
}`
  const idle = await drainServers(localRemote(docker), servers, { seconds })
  return { idle, asked: readFileSync(join(folder, 'asked'), 'utf8').trim().split('\n') }
}

const drainOfNova = 'set server nova_back/kolla2 state drain; show stat'

describe('a server of HAProxy', () => {
  it('is drained until its last session has ended', async () => {
    const seen = (sessions: number) => [
      line('nova_back', 'kolla1', 'UP', 7),
      line('nova_back', 'kolla2', 'UP', sessions),
      line('nova_back', 'BACKEND', 'UP', 9),
    ]
    expect(await drain(['nova_back/kolla2'], seen(2), seen(1), seen(0))).toEqual({
      idle: true,
      asked: ['show stat', drainOfNova, drainOfNova],
    })
  })

  it('is given up when sessions go on', async () => {
    const busy = [line('nova_back', 'kolla1', 'UP'), line('nova_back', 'kolla2', 'UP', 2)]
    expect(await drainFor(1, ['nova_back/kolla2'], [busy])).toMatchObject({ idle: false })
  })

  it('is drained when another one of each backend is up, and not before', async () => {
    const seen = (state: string) => [
      line('nova_back', 'FRONTEND', 'OPEN'),
      line('nova_back', 'kolla1', state),
      line('nova_back', 'kolla2', 'UP'),
      line('nova_back', 'BACKEND', 'UP'),
      line('glance_back', 'kolla1', 'UP'),
      line('glance_back', 'kolla2', 'UP'),
    ]
    const servers = ['nova_back/kolla2', 'glance_back/kolla2']
    const { asked } = await drain(servers, seen('DOWN 1/2'), seen('DRAIN'), seen('UP 1/5'))
    expect(asked.map((words) => words.includes('drain'))).toEqual([false, false, false, true])
  })

  it('is drained at once where it has no other', async () => {
    const { asked } = await drain(['nova_back/kolla2'], [line('nova_back', 'kolla2', 'UP')])
    expect(asked).toEqual(['show stat', drainOfNova])
  })

  it('is drained all the same when the others stay away', async () => {
    const down = [line('nova_back', 'kolla1', 'DOWN'), line('nova_back', 'kolla2', 'UP')]
    const { idle, asked } = await drain(['nova_back/kolla2'], down)
    expect([idle, asked.at(-1)]).toEqual([true, drainOfNova])
  }, 30_000)

  it('is left alone where no HAProxy runs', async () => {
    expect(await drainServers(localRemote('docker() { false; }'), ['b/s'], { seconds: 1 })).toBe(
      false,
    )
  })
})
