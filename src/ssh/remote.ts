import type { Duplex, Readable } from 'node:stream'

/** A host that runs scripts as root: over SSH, or whatever a test puts in its place. */
export interface Remote {
  /** Inventory name, for messages. */
  readonly host: string

  /**
   * Runs a bash script as root and resolves when it has ended, whatever its exit code.
   * Anybody on the host can read the script (`ps`): secrets and data go through `input`.
   *
   * @throws HostUnreachable, LoginRefused, HostKeyUnknown, HostKeyChanged, SudoRefused, ConnectionLost or the signal's
   * reason before it starts; ConnectionLost, RemoteTimeout or the signal's reason while it runs, after its processes were
   * ended.
   */
  run(script: string, options?: RunOptions): Promise<RunResult>

  /** As `run`, and @throws RemoteError when the exit code is not 0. */
  runOrFail(script: string, options?: RunOptions): Promise<RunResult>

  /** Standard input and output of a program, as one stream. Destroying it closes both. */
  open(script: string, options?: OpenOptions): Promise<Duplex>
}

/** What a stream may have of a script; its signal is heard until it is open. */
export type OpenOptions = Pick<RunOptions, 'title' | 'environment' | 'signal'>

export interface RunOptions {
  /** What is being done, in a few words, for errors; the script's first line by default. */
  readonly title?: string
  /** Variables of its processes' environment; no secrets, for they stand in its arguments. */
  readonly environment?: Readonly<Record<string, string>>
  /** Standard input; empty by default. */
  readonly input?: string | Buffer | Readable
  readonly signal?: AbortSignal
  /** From when it starts. */
  readonly timeoutMs?: number
  /** Called for each line of standard output and error as it comes. */
  readonly onOutput?: (line: string) => void
}

export interface RunResult {
  /** Exit code; 128 + n after signal n. */
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}
