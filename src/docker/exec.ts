import { setTimeout as sleep } from 'node:timers/promises'
import type Docker from 'dockerode'
import { environmentList } from './create-options.js'
import type { Engine } from './engine.js'
import { asking, DockerError } from './errors.js'
import { readFrames } from './output.js'

export interface ExecOptions {
  /** Standard input: where secrets go, never into the command. */
  readonly input?: string | Buffer
  /** User inside the container; the image's own by default. */
  readonly user?: string
  readonly environment?: Readonly<Record<string, string>>
  readonly signal?: AbortSignal
}

export interface ExecResult {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/**
 * Runs a command inside a running container and resolves when it has ended, whatever its exit code. Docker knows no
 * way to end one: cancelling only closes its input, and waits for its end half a minute at most, so that nobody begins anew
 * what still goes on. A command whose time is over is not waited for.
 */
export async function execIn(
  engine: Engine,
  name: string,
  command: readonly string[],
  options: ExecOptions = {},
): Promise<ExecResult> {
  const { host, api } = engine
  const action = `run ${command[0] ?? ''} in ${name}`
  options.signal?.throwIfAborted()
  return asking(host, action, async () => {
    const exec = await api.getContainer(name).exec({
      Cmd: [...command],
      AttachStdin: true,
      AttachStdout: true,
      AttachStderr: true,
      ...(options.user !== undefined && { User: options.user }),
      ...(options.environment && { Env: environmentList(options.environment) }),
    })
    options.signal?.throwIfAborted()
    const stream = await exec.start({ hijack: true, stdin: true })
    const cut = () => stream.destroy()
    options.signal?.addEventListener('abort', cut)
    stream.end(options.input)
    try {
      const output = await readFrames(engine, stream)
      options.signal?.throwIfAborted()
      const { ExitCode: code } = await exec.inspect()
      if (code === null) throw new DockerError(host, action, 'the connection broke meanwhile')
      return { code, ...output }
    } finally {
      options.signal?.removeEventListener('abort', cut)
      stream.destroy()
      if (options.signal?.aborted && !isTimeout(options.signal.reason)) await untilOver(exec)
    }
  })
}

const isTimeout = (reason: unknown) => reason instanceof Error && reason.name === 'TimeoutError'

/** Half a minute at most. An engine that does not answer says nothing more. */
async function untilOver(exec: Docker.Exec): Promise<void> {
  for (let tries = 0; tries < 120; tries++) {
    const { Running } = await exec.inspect().catch(() => ({ Running: false }))
    if (!Running) return
    await sleep(250)
  }
}
