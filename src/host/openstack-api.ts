import { parseJson } from '../model/json.js'
import { RemoteError } from '../ssh/errors.js'
import type { Remote } from '../ssh/remote.js'
import { authentication } from './keystone-token.js'
import type { TokenRequest } from './keystone-token.js'

/** Types of services in Keystone's catalogue that are asked. */
export type ServiceType = keyof typeof services

interface Service {
  /** What comes between its endpoint and a path. */
  readonly version: string
  /** What its answers are like: both releases know it. */
  readonly microversion?: string
}

const services = {
  identity: { version: '/v3' },
  image: { version: '/v2' },
  'block-storage': { version: '' },
  network: { version: '/v2.0' },
  compute: { version: '', microversion: 'compute 2.90' },
  placement: { version: '', microversion: 'placement 1.28' },
} satisfies Record<string, Service>

/** How many things an API is asked for at once: more than this none of them gives by default. */
const PAGE = 1000

/** Whom to log in as, and whose endpoints to ask. */
export interface Account extends TokenRequest {
  readonly region: string
}

interface Token {
  readonly project: { readonly id: string }
  readonly catalog: readonly {
    readonly type: string
    readonly endpoints: readonly {
      readonly interface: string
      readonly region_id: string
      readonly url: string
    }[]
  }[]
}

/** An API answered with another status than 2xx, or not at all (status 0). */
export class ApiError extends RemoteError {
  constructor(
    host: string,
    command: string,
    exitCode: number,
    readonly status: number,
    tail: readonly string[],
    /** The API's own sentence; empty where it gave none. */
    readonly reason: string,
  ) {
    super(host, command, exitCode, tail)
  }
}

/** Whether nobody answered, or only what stands before the API: it may be back in a moment. */
export function isNoAnswer(error: unknown): error is ApiError {
  return error instanceof ApiError && (error.status === 0 || error.status >= 500)
}

/** OpenStack's APIs at their internal endpoints, asked from a host: only hosts have to reach the floating address. */
export class OpenStackApi {
  private constructor(
    private readonly remote: Remote,
    private readonly account: Account,
    private readonly secret: string,
    private readonly token: Token,
  ) {}

  /** @throws ApiError when Keystone does not know the account */
  static async login(remote: Remote, account: Account): Promise<OpenStackApi> {
    const { headers, body } = await ask(remote, 'POST', `${account.url}/v3/auth/tokens`, {
      body: authentication(account),
    })
    const [, secret = ''] = /^x-subject-token: *(\S+)/im.exec(headers) ?? []
    const { token } = body as { token: Token }
    return new OpenStackApi(remote, account, secret, token)
  }

  /** Id of the account's project. */
  get project(): string {
    return this.token.project.id
  }

  /** Whether the catalogue has an endpoint of that type. */
  has(type: ServiceType): boolean {
    return this.endpoint(type) !== undefined
  }

  /**
   * What the API answers, read from JSON. `path` comes after the version: `servers/detail?name=demo1`. A request that
   * reached the API is not sent again: who retries looks first.
   *
   * @throws ApiError for any status but 2xx
   */
  async call<T>(method: string, type: ServiceType, path: string, body?: unknown): Promise<T> {
    const answer = await ask(this.remote, method, this.url(type, path), {
      headers: this.headers(type),
      body,
    })
    return answer.body as T
  }

  /** As `call`, but undefined where there is no such thing. */
  async find<T>(type: ServiceType, path: string): Promise<T | undefined> {
    try {
      return await this.call<T>('GET', type, path)
    } catch (error) {
      if (error instanceof ApiError && error.status === 404) return undefined
      throw error
    }
  }

  /** Ids of all things of a collection that a query finds, however many pages they are. */
  async idsOf(
    type: ServiceType,
    collection: string,
    query: Readonly<Record<string, string>> = {},
  ): Promise<ReadonlySet<string>> {
    const ids = new Set<string>()
    for (let marker: string | undefined; ;) {
      const asked = new URLSearchParams({
        ...query,
        limit: String(PAGE),
        ...(marker !== undefined && { marker }),
      })
      const path = `${collection}?${asked.toString()}`
      const page = await this.call<Record<string, readonly { readonly id: string }[]>>(
        'GET',
        type,
        path,
      )
      const known = ids.size
      for (const { id } of page[collection] ?? []) ids.add((marker = id))
      if (ids.size === known) return ids
    }
  }

  /**
   * All things of a collection of Nova's, which tells with each page whether there is another: how long pages are is the
   * operator's choice.
   */
  async listAll<T extends { readonly id: string }>(
    path: string,
    collection: string,
    query: Readonly<Record<string, string>> = {},
  ): Promise<T[]> {
    const all: T[] = []
    for (;;) {
      const last = all.at(-1)
      const asked = new URLSearchParams({
        ...query,
        ...(last !== undefined && { marker: last.id }),
      })
      const page = await this.call<Record<string, readonly unknown[] | undefined>>(
        'GET',
        'compute',
        `${path}?${asked.toString()}`,
      )
      const things = (page[collection] ?? []) as readonly T[]
      const links = (page[`${collection}_links`] ?? []) as readonly { readonly rel: string }[]
      all.push(...things)
      if (things.length === 0 || !links.some(({ rel }) => rel === 'next')) return all
    }
  }

  /** Gives an image of Glance its data: a file of the host. */
  async upload(image: string, file: string, signal: AbortSignal): Promise<void> {
    await ask(this.remote, 'PUT', this.url('image', `images/${image}/file`), {
      headers: [...this.headers('image'), 'Content-Type: application/octet-stream'],
      file,
      signal,
    })
  }

  private endpoint(type: ServiceType): string | undefined {
    // Keystone is asked where the token came from: its own place in the catalogue may be what is being mended.
    if (type === 'identity') return this.account.url
    const entry = this.token.catalog.find((it) => it.type === type)
    return entry?.endpoints.find(
      (it) => it.interface === 'internal' && it.region_id === this.account.region,
    )?.url
  }

  private url(type: ServiceType, path: string): string {
    const endpoint = this.endpoint(type)
    if (endpoint !== undefined) {
      return `${endpoint.replace(/\/$/, '')}${services[type].version}/${path}`
    }
    throw new Error(
      `Keystone's catalogue has no internal endpoint of type ${type} in ${this.account.region}: deploy that service first`,
    )
  }

  private headers(type: ServiceType): string[] {
    const { microversion }: Service = services[type]
    const version = microversion === undefined ? [] : [`OpenStack-API-Version: ${microversion}`]
    return [`X-Auth-Token: ${this.secret}`, ...version]
  }
}

interface Request {
  readonly headers?: readonly string[]
  readonly body?: unknown
  /** A file of the host in place of a body. */
  readonly file?: string
  readonly signal?: AbortSignal
}

interface Answer {
  readonly headers: string
  readonly body: unknown
}

/** Everything goes through curl's standard input: nothing of it shows in the process list. */
async function ask(
  remote: Remote,
  method: string,
  url: string,
  { headers: more = [], body, file, signal }: Request,
): Promise<Answer> {
  const type = file === undefined ? ['Content-Type: application/json'] : []
  const settings: (readonly [string, string])[] = [
    ['url', url],
    ['request', method],
    ...[...more, ...type, 'Expect:'].map((header) => ['header', header] as const),
    ['max-time', file === undefined ? '60' : '21600'],
    ...(body === undefined ? [] : [['data', JSON.stringify(body)] as const]),
    ...(file === undefined ? [] : [['upload-file', file] as const]),
  ]
  const title = `${method} ${url}`
  const { code, stdout, stderr } = await remote.run(script, {
    title,
    input: settings.map(([key, value]) => `${key} = ${JSON.stringify(value)}\n`).join(''),
    ...(signal && { signal }),
  })
  const [headers = '', text = ''] = stdout.split(/\r?\n\r?\n(.*)/s)
  const status = Number(/^HTTP\/\S+ (\d+)/.exec(headers)?.[1] ?? 0)
  if (code === 0 && status >= 200 && status < 300) {
    return { headers, body: text === '' ? undefined : parseJson(text, `the answer to ${title}`) }
  }
  const seen = [
    ...stderr.trim().split('\n'),
    `HTTP status ${status || 'none'}`,
    text.slice(0, 1000),
  ]
  throw new ApiError(remote.host, title, code, status, seen.filter(Boolean), reasonIn(text))
}

/** `{"badRequest":{"code":400,"message":"…"}}`: all of them say it one level down. */
function reasonIn(text: string): string {
  try {
    const [error] = Object.values(JSON.parse(text) as Record<string, { message?: unknown }>)
    return typeof error?.message === 'string' ? error.message : ''
  } catch {
    return ''
  }
}

/**
 * A proxy of the host's is none to the cloud's own addresses, and is to see no password. Only a request that nobody received
 * (curl's code 7) is sent again: another may have had its effect.
 */
const script = `
settings=$(cat)
for pause in 1 1 1 1 1 0; do
  printf '%s\\n' "$settings" | curl --noproxy '*' --silent --show-error --include --config -
  code=$?
  [[ $code == 7 && $pause != 0 ]] || exit $code
  sleep $pause
done
`
