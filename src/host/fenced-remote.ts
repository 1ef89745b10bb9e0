import type { Duplex } from 'node:stream'
import { HostError, RemoteError } from '../ssh/errors.js'
import type { Remote, RunOptions, RunResult } from '../ssh/remote.js'
import { titleOf } from '../ssh/run.js'
import { FENCED, fenceVariable, fenced } from './fence.js'
import type { Hold } from './fence.js'

/** The host had another mark by the time that a script was to begin; who asks again is told why. */
export class MarkLost extends HostError {
  readonly retryable = true
}

export interface FencedRemoteOptions {
  /** Makes the host the run's, or throws why it can't. */
  readonly claim: (remote: Remote, signal: AbortSignal | undefined) => Promise<void>
  /** `/etc/kolla` by default. */
  readonly root?: string
}

/**
 * A host as the run sees it that holds its cloud. The first script that it sends makes the host its own; each looks
 * whether it still is before it does anything, and so does each channel to the engine, without a round trip more.
 */
export class FencedRemote implements Remote {
  #claimed: Promise<void> | undefined

  constructor(
    private readonly remote: Remote,
    readonly hold: Hold,
    private readonly options: FencedRemoteOptions,
  ) {}

  get host(): string {
    return this.remote.host
  }

  async run(script: string, options: RunOptions = {}): Promise<RunResult> {
    await this.#claim(options.signal)
    const result = await this.remote.run(this.#fenced(script), this.#marked(script, options))
    if (result.code === FENCED) throw this.#lost()
    return result
  }

  async runOrFail(script: string, options: RunOptions = {}): Promise<RunResult> {
    await this.#claim(options.signal)
    try {
      return await this.remote.runOrFail(this.#fenced(script), this.#marked(script, options))
    } catch (error) {
      throw isFenced(error) ? this.#lost() : error
    }
  }

  async open(script: string, options: RunOptions = {}): Promise<Duplex> {
    await this.#claim(options.signal)
    const stream = await this.remote.open(this.#fenced(script), this.#marked(script, options))
    stream.once('error', (error) => {
      if (isFenced(error)) this.#lost()
    })
    return stream
  }

  /** Once, unless it fails or the mark is lost. Who has only waited for another's try that failed makes one itself. */
  async #claim(signal: AbortSignal | undefined): Promise<void> {
    for (;;) {
      const others = this.#claimed
      const claimed = others ?? this.options.claim(this.remote, signal)
      this.#claimed = claimed
      try {
        await claimed
        return
      } catch (error) {
        if (this.#claimed === claimed) this.#claimed = undefined
        if (!others) throw error
      }
    }
  }

  #lost(): MarkLost {
    this.#claimed = undefined
    return new MarkLost(this.host, 'another run has got this host meanwhile')
  }

  #fenced(script: string): string {
    return fenced(script, this.hold, this.options.root)
  }

  #marked(script: string, options: RunOptions): RunOptions {
    const environment = { ...options.environment, [fenceVariable]: this.hold.lock }
    return { ...options, title: titleOf(script, options), environment }
  }
}

function isFenced(error: unknown): boolean {
  return error instanceof RemoteError && error.exitCode === FENCED
}
