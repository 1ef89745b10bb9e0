import { parseJson } from '../model/json.js'
import { LineSplitter } from '../ssh/lines.js'
import type { Engine } from './engine.js'
import { DockerError, ifPresent, reasonOf } from './errors.js'

export interface PullOptions {
  /** `sha256:…` of the manifest: nothing is pulled where it is present, and nothing else is accepted. */
  readonly digest?: string
  readonly credentials?: { readonly username: string; readonly password: string }
  /** Called at most twice a second, and at the end. */
  readonly onProgress?: (progress: PullProgress) => void
  readonly signal?: AbortSignal
}

/** Of the layers that the host does not have yet, as far as they are known. */
export interface PullProgress {
  readonly layers: number
  readonly layersDone: number
  readonly bytes: number
  readonly bytesDone: number
}

export interface PullResult {
  /** False: it was there. */
  readonly pulled: boolean
  readonly digest: string
  /** Bytes that came over the network. */
  readonly bytes: number
}

/** Has the host's engine pull an image: `192.168.8.73:5000/kolla/cron:2026.1`. @throws DockerError */
export async function pullImage(
  engine: Engine,
  image: string,
  options: PullOptions = {},
): Promise<PullResult> {
  const { host, api } = engine
  const present = await digestsOf(engine, image)
  if (options.digest !== undefined && present.includes(options.digest)) {
    return { pulled: false, digest: options.digest, bytes: 0 }
  }
  const progress = new Progress(options.onProgress)
  try {
    const stream = await api.pull(image, {
      ...(options.credentials && { authconfig: { ...options.credentials, serveraddress: '' } }),
      ...(options.signal && { abortSignal: options.signal }),
    })
    const events = new LineSplitter((line) =>
      progress.take(parseJson(line, "the engine's answer") as PullEvent),
    )
    for await (const chunk of stream) events.write(String(chunk))
    events.end()
  } catch (error) {
    options.signal?.throwIfAborted()
    throw pullError(host, image, error as Error)
  }
  progress.report()
  return {
    pulled: true,
    digest: await verified(engine, image, options.digest),
    bytes: progress.now.bytesDone,
  }
}

async function verified(engine: Engine, image: string, wanted?: string): Promise<string> {
  const digests = await digestsOf(engine, image)
  const digest = wanted === undefined ? digests[0] : digests.find((found) => found === wanted)
  if (digest !== undefined) return digest
  throw new DockerError(
    engine.host,
    `pull ${image}`,
    `the registry gave ${digests.join(', ') || 'no digest'} instead of ${wanted ?? 'one'}: somebody pushed in the meantime; plan again`,
    { retryable: false },
  )
}

/** Of the repository that the reference names. */
async function digestsOf({ host, api }: Engine, image: string): Promise<string[]> {
  const found = await ifPresent(host, `inspect ${image}`, () => api.getImage(image).inspect())
  const repository = image.replace(/@.*$/, '').replace(/:[^:/]+$/, '')
  return (found?.RepoDigests ?? [])
    .map((reference) => reference.split('@'))
    .flatMap(([name, digest]) => (name === repository && digest ? [digest] : []))
}

function pullError(host: string, image: string, error: Error): DockerError {
  const said = reasonOf(error)
  const registry = image.split('/')[0] ?? image
  const known = explanations.find(({ sign }) => sign.test(said))
  const reason = known ? `${registry} ${known.reason}` : said
  return new DockerError(host, `pull ${image}`, reason, {
    cause: error,
    retryable: known?.retryable ?? true,
  })
}

const explanations = [
  {
    sign: /server gave HTTP response to HTTPS client/,
    reason: 'speaks plain HTTP; set docker_registry_insecure: "yes" and prepare the host again',
    retryable: false,
  },
  { sign: /not found|manifest unknown/i, reason: 'does not have it', retryable: false },
  {
    sign: /unauthorized|no basic auth|denied/i,
    reason: 'wants a login; set docker_registry_username and docker_registry_password',
    retryable: false,
  },
  {
    sign: /connection refused|no such host|i\/o timeout|no route to host/,
    reason: 'does not answer; is the registry up?',
    retryable: true,
  },
]

interface PullEvent {
  readonly error?: string
  readonly id?: string
  readonly status?: string
  readonly progressDetail?: { readonly current?: number; readonly total?: number }
}

const reportEveryMs = 500

class Progress {
  private readonly layers = new Map<string, { bytes: number; bytesDone: number; done: boolean }>()
  private reported = 0

  constructor(private readonly onProgress?: (progress: PullProgress) => void) {}

  take({ error, id, status, progressDetail }: PullEvent): void {
    if (error !== undefined) throw new Error(error)
    if (id === undefined || status === undefined) return
    if (status === 'Pulling fs layer') this.layers.set(id, { bytes: 0, bytesDone: 0, done: false })
    const layer = this.layers.get(id)
    if (!layer) return
    if (status === 'Downloading') {
      layer.bytes = progressDetail?.total ?? layer.bytes
      layer.bytesDone = progressDetail?.current ?? layer.bytesDone
    } else if (status === 'Download complete') {
      layer.bytesDone = layer.bytes
    } else if (status === 'Pull complete') {
      layer.done = true
    }
    if (Date.now() - this.reported >= reportEveryMs) this.report()
  }

  get now(): PullProgress {
    const layers = [...this.layers.values()]
    const sum = (of: (layer: { bytes: number; bytesDone: number }) => number) =>
      layers.reduce((total, layer) => total + of(layer), 0)
    return {
      layers: layers.length,
      layersDone: layers.filter(({ done }) => done).length,
      bytes: sum(({ bytes }) => bytes),
      bytesDone: sum(({ bytesDone }) => bytesDone),
    }
  }

  report(): void {
    this.reported = Date.now()
    this.onProgress?.(this.now)
  }
}
