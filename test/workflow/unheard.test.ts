import { once } from 'node:events'
import { createServer, connect } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import { ApplicationFailure } from '@temporalio/common'
import { NativeConnection } from '@temporalio/worker'
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest'
import { Attempts } from '../../activities/attempts.js'
import { aroundActivities } from '../../activities/interceptor.js'
import { cancellation } from '../../activities/progress.js'
import { endUnheard } from '../../workers/hearing.js'
import { changesOf, fakeActivities, planned } from '../support/fake-activities.js'
import { WorkflowEnvironment } from '../support/workflow-environment.js'

let environment: WorkflowEnvironment
beforeAll(async () => {
  environment = await WorkflowEnvironment.start()
})
afterAll(() => environment.stop())

it('a step ends by itself when its worker hears nothing of Temporal, before it is begun anew', async () => {
  const cable = await Cable.to(environment.address)
  const connection = await NativeConnection.connect({ address: cable.address })
  const attempts = new Attempts()
  const stopListening = endUnheard(connection, attempts)
  onTestFinished(async () => {
    stopListening()
    await connection.close()
    cable.cut()
  })

  const log: string[] = []
  let begun = 0
  const { activities } = fakeActivities({
    planCloud: () =>
      planned(changesOf('create', ['cron']), { pulls: [{ host: 'kolla1', images: ['cron'] }] }),
    pullImages: async () => {
      const attempt = ++begun
      log.push(`${attempt} begins`)
      if (attempt > 1) return
      const { signal } = cancellation()
      await once(signal, 'abort')
      log.push(`${attempt} is over`)
      signal.throwIfAborted()
    },
  })
  await environment.withWorker(
    activities,
    async (runs) => {
      const run = await runs.start('deploy', { cloud: 'demo' })
      await expect.poll(() => log, { timeout: 20_000 }).toEqual(['1 begins'])
      cable.cut()
      await expect.poll(() => log, { timeout: 20_000 }).toEqual(['1 begins', '1 is over'])
      await cable.mend()
      await run.result()
    },
    {
      connection,
      interceptors: { activity: [aroundActivities((text) => text, attempts)] },
    },
  )
  expect(log).toEqual(['1 begins', '1 is over', '2 begins'])
})

it('a host whose observation was ended is observed again: that says nothing of the host', async () => {
  let begun = 0
  const { activities } = fakeActivities({
    observeHost: (_ref: unknown, name: string) => {
      if (name === 'kolla1' && ++begun <= 3) {
        throw ApplicationFailure.retryable('this attempt was ended', 'AttemptEnded')
      }
      return { name }
    },
  })
  await environment.withWorker(activities, async (runs) => {
    await (await runs.start('deploy', { cloud: 'demo' })).result()
  })
  expect(begun).toBe(4)
})

/** Between a worker and a server, at a port of its own. */
class Cable {
  readonly #ends = new Set<Socket>()
  readonly #server = createServer((near) => {
    const far = connect(this.port, this.host)
    for (const [end, other] of [
      [near, far],
      [far, near],
    ] as const) {
      this.#ends.add(end)
      end.on('error', () => other.destroy())
      end.on('close', () => {
        this.#ends.delete(end)
        other.destroy()
      })
      end.pipe(other)
    }
  })
  #at = 0

  private constructor(
    private readonly host: string,
    private readonly port: number,
  ) {}

  static async to(address: string): Promise<Cable> {
    const [host = '', port] = address.split(':')
    const cable = new Cable(host, Number(port))
    await cable.mend()
    return cable
  }

  get address(): string {
    return `127.0.0.1:${this.#at}`
  }

  cut(): void {
    this.#server.close()
    for (const end of this.#ends) end.destroy()
  }

  async mend(): Promise<void> {
    this.#server.listen(this.#at, '127.0.0.1')
    await once(this.#server, 'listening')
    this.#at = (this.#server.address() as AddressInfo).port
  }
}
