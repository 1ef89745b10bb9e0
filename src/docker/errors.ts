import { HostError } from '../ssh/errors.js'

/** The engine refuses what was asked of it. */
export class DockerError extends HostError {
  readonly retryable: boolean

  constructor(
    host: string,
    /** What was asked, in a few words. */
    readonly action: string,
    message: string,
    options: ErrorOptions & { readonly retryable?: boolean } = {},
  ) {
    super(host, `${action}: ${message}`, options)
    this.retryable = options.retryable ?? true
  }
}

/** HTTP status of an error that dockerode threw. */
export function statusOf(error: unknown): number | undefined {
  return error instanceof Error && 'statusCode' in error ? Number(error.statusCode) : undefined
}

/** Runs a request and turns the engine's refusal into one sentence. */
export async function asking<T>(host: string, action: string, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask()
  } catch (error) {
    if (statusOf(error) !== undefined) {
      throw new DockerError(host, action, reasonOf(error as Error), { cause: error })
    }
    if ((error as NodeJS.ErrnoException).code === 'ECONNRESET') {
      throw new DockerError(host, action, 'the engine closed the connection', { cause: error })
    }
    throw error
  }
}

/** As `asking`, and undefined for what does not exist. */
export async function ifPresent<T>(
  host: string,
  action: string,
  ask: () => Promise<T>,
): Promise<T | undefined> {
  try {
    return await ask()
  } catch (error) {
    if (statusOf(error) === 404) return undefined
    return asking(host, action, () => Promise.reject(error as Error))
  }
}

/** dockerode's message without its `(HTTP code 409) conflict - `. */
export function reasonOf(error: Error): string {
  return error.message.replace(/^\(HTTP code \d+\) [^-]*- /, '').trim()
}
