import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { WorkflowNotFoundError } from '@temporalio/client'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { Remote, RunResult } from '../src/ssh/remote.js'
import type { Adapters } from './adapters.js'
import { Fences } from './fences.js'

let stateDirectory: string
beforeEach(async () => {
  stateDirectory = await mkdtemp(join(tmpdir(), 'kolla-temporal-'))
})
afterEach(() => rm(stateDirectory, { recursive: true }))

const hold = { since: 1000, lock: 'lock-1', holder: 'demo-deploy-1' }

/** Fences of a worker on a server that knows the state of a lock, and a host that answers a claim's scripts. */
function fences({ lock, answers = [] }: { lock?: string; answers?: string[] }) {
  const asked: [string, string][] = []
  const getHandle = (id: string, runId: string) => ({
    describe: () => {
      asked.push([id, runId])
      if (lock === undefined) return Promise.reject(new WorkflowNotFoundError('', '', ''))
      return Promise.resolve({ status: { name: lock } })
    },
  })
  const workflowService = {
    describeNamespace: () => Promise.resolve({ namespaceInfo: { id: 'namespace-1' } }),
  }
  const client = { options: { namespace: 'default' }, workflow: { getHandle }, workflowService }
  const scripts: string[] = []
  const run = (script: string): Promise<RunResult> => {
    scripts.push(script)
    return Promise.resolve({ code: 0, stdout: answers.shift() ?? '', stderr: '' })
  }
  const remote = { host: 'kolla1', run, runOrFail: run } as unknown as Remote
  const made = new Fences({ client, stateDirectory } as unknown as Adapters)
  return { fences: made, remote, asked, scripts }
}

const its =
  'other-state demo namespace-1 900 lock-0 demo-deploy-0 ops%3A%2Fstate 127.0.0.1%2Fdefault'

it("makes a host the run's before its first script", async () => {
  const { fences: made, remote, asked, scripts } = fences({ lock: 'RUNNING' })
  const host = made.fenced(remote, 'demo', hold)
  expect(made.fenced(remote, 'demo', hold)).toBe(host)
  await host.run('echo one')
  await host.run('echo two')
  expect(asked).toEqual([['demo-lock', 'lock-1']])
  expect(scripts).toHaveLength(3)
  expect(scripts[0]).toContain('lock=lock-1')
})

it.each(['TERMINATED', 'CANCELLED', undefined])(
  'touches no host for a run whose lock is %s',
  async (lock) => {
    const { fences: made, remote, scripts } = fences(lock === undefined ? {} : { lock })
    const failure = made.fenced(remote, 'demo', hold).run('echo one')
    await expect(failure).rejects.toThrow(
      'kolla1: demo-deploy-1 no longer holds the lock of demo: it stops',
    )
    expect(scripts).toEqual([])
  },
)

it('says in one sentence whose a host is', async () => {
  const of = (answer: string) => {
    const { fences: made, remote } = fences({ lock: 'RUNNING', answers: [answer] })
    return made.fenced(remote, 'demo', hold).run('echo one')
  }
  await expect(of('refused labels other')).rejects.toThrow(
    'kolla1: its containers belong to the cloud other, and a host can be in one cloud only: remove them first',
  )
  await expect(of(`refused owner ${its}`)).rejects.toThrow(
    "kolla1: it belongs to the cloud demo of the state directory ops:/state (id other-state): work on it from there, or make it demo's with `kolla-temporal bootstrap-servers --take-over`",
  )
  await expect(of(`refused namespace ${its}`)).rejects.toThrow(
    'its last operation, demo-deploy-0, was one of another Temporal server or namespace (127.0.0.1/default)',
  )
})

it('believes the server and not a clock about who holds the lock', async () => {
  const answers = [`refused newer ${its}`, '']
  const { fences: made, remote, scripts } = fences({ lock: 'RUNNING', answers })
  await made.fenced(remote, 'demo', hold).run('echo one')
  expect(scripts[1]).toContain('over=lock-0')
})

it('tells a run that only looks of another cloud, too', async () => {
  const { fences: made, remote } = fences({ answers: ['', `refused owner ${its}`] })
  const { signal } = new AbortController()
  await made.checkOwner(remote, 'demo', signal)
  await expect(made.checkOwner(remote, 'demo', signal)).rejects.toThrow('kolla1: it belongs to')
})
