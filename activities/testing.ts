import type { Info } from '@temporalio/activity'
import { MockActivityEnvironment } from '@temporalio/testing'
import { DefaultLogger } from '@temporalio/worker'
import { testCloud, testFacts } from '../src/catalog/testing/cloud.js'
import type { FakeEngine } from '../src/docker/fake-engine.js'
import type { Globals } from '../src/model/globals.js'
import type { Remote, RunOptions, RunResult } from '../src/ssh/remote.js'
import { RemoteError } from '../src/ssh/errors.js'
import type { Adapters } from './adapters.js'
import { CloudContext } from './cloud-context.js'
import type { CloudContexts, CloudRef } from './cloud-context.js'
import { Secrets } from './redact.js'

export const testRef: CloudRef = { cloud: 'demo', files: 'f1', found: 'f2' }

/** What runs a verb as a worker does, and tells its heartbeats. */
export function testActivity(info: Partial<Info> = {}): MockActivityEnvironment {
  return new MockActivityEnvironment(info, { logger: new DefaultLogger('ERROR') })
}

/** A script that a verb ran on a host. */
export interface RanScript {
  readonly title: string
  readonly timeoutMs: number | undefined
}

/** What a script answers, by its title; by default it ends well and says nothing. */
export type Answer = (title: string) => Partial<RunResult> | undefined

/** For tests: the test cloud as verbs see it. All its hosts have one engine, and no script runs anywhere. */
export function testContexts(
  engine: FakeEngine,
  answer: Answer = () => undefined,
  globals: Partial<Globals> = {},
) {
  const ran: RanScript[] = []
  const run = ({ title = '', timeoutMs }: RunOptions = {}): Promise<RunResult> => {
    ran.push({ title, timeoutMs })
    return Promise.resolve({ code: 0, stdout: '', stderr: '', ...answer(title) })
  }
  const remote: Remote = {
    ...engine.remote,
    run: (_script, options) => run(options),
    async runOrFail(_script, options) {
      const result = await run(options)
      if (result.code === 0) return result
      throw new RemoteError('kolla1', options?.title ?? '', result.code, [result.stderr])
    },
  }
  return { ...contextsOn(remote, globals), ran }
}

/** For tests: the test cloud as verbs see it, all of whose hosts are one. */
export function contextsOn(remote: Remote, globals: Partial<Globals> = {}) {
  const ssh = { remote: () => remote }
  const adapters = { ssh, secrets: new Secrets() } as unknown as Adapters
  const found = { hosts: testFacts, images: {} }
  const cloud = new CloudContext(adapters, '/etc/kolla', testCloud({ globals }), found, 'key')
  const contexts = { get: () => Promise.resolve(cloud) } as unknown as CloudContexts
  return { contexts, cloud }
}

/**
 * For tests of verbs that ask OpenStack: every host of the inventory tells its name, but for what `facts` says otherwise.
 *
 * @param remoteOf the host on which they ask
 */
export function runNamed<Verbs>(
  remoteOf: () => Remote,
  activities: (contexts: CloudContexts) => Verbs,
) {
  return <T>(body: (verbs: Verbs) => Promise<T>, facts = testFacts, globals = {}): Promise<T> => {
    const { cloud } = contextsOn(remoteOf(), globals)
    const named = cloud.with({ hosts: facts, images: {} })
    const contexts = { get: () => Promise.resolve(named) } as unknown as CloudContexts
    return testActivity().run(() => body(activities(contexts)))
  }
}
