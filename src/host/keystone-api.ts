import { parseJson } from '../model/json.js'
import { RemoteError } from '../ssh/errors.js'
import type { Remote } from '../ssh/remote.js'
import { authentication } from './keystone-token.js'
import type { TokenRequest } from './keystone-token.js'

interface Answer {
  readonly status: number
  readonly headers: string
  readonly body: unknown
}

/** Keystone's API, asked from a host: only hosts have to reach the floating address. */
export class KeystoneApi {
  private constructor(
    private readonly remote: Remote,
    private readonly url: string,
    private readonly token: string,
  ) {}

  /** @throws RemoteError when Keystone does not know the account */
  static async login(remote: Remote, request: TokenRequest): Promise<KeystoneApi> {
    const { headers } = await ask(remote, 'POST', `${request.url}/v3/auth/tokens`, {
      body: authentication(request),
    })
    const [, token = ''] = /^x-subject-token: *(\S+)/im.exec(headers) ?? []
    return new KeystoneApi(remote, request.url, token)
  }

  /** @throws RemoteError for any status but 2xx */
  async call<T>(method: string, path: string, body?: unknown): Promise<T> {
    const answer = await ask(this.remote, method, `${this.url}/v3/${path}`, {
      token: this.token,
      body,
    })
    return answer.body as T
  }
}

/** Everything goes through curl's standard input: nothing of it shows in the process list. */
async function ask(
  remote: Remote,
  method: string,
  url: string,
  { token, body }: { readonly token?: string; readonly body?: unknown },
): Promise<Answer> {
  const settings = {
    url,
    request: method,
    ...(token !== undefined && { header: `X-Auth-Token: ${token}` }),
    ...(body !== undefined && { data: JSON.stringify(body) }),
  }
  const config = Object.entries(settings).map(([key, value]) => `${key} = ${JSON.stringify(value)}`)
  const title = `${method} ${url}`
  const { code, stdout, stderr } = await remote.run(command, {
    title,
    input: [...config, 'header = "Content-Type: application/json"', 'header = "Expect:"', ''].join(
      '\n',
    ),
  })
  const [headers = '', text = ''] = stdout.split(/\r?\n\r?\n(.*)/s)
  const status = Number(/^HTTP\/\S+ (\d+)/.exec(headers)?.[1] ?? 0)
  if (code === 0 && status >= 200 && status < 300) {
    return { status, headers, body: text === '' ? undefined : parseJson(text, "Keystone's answer") }
  }
  const seen = [
    ...stderr.trim().split('\n'),
    `HTTP status ${status || 'none'}`,
    text.slice(0, 1000),
  ]
  throw new RemoteError(remote.host, title, code || 1, seen.filter(Boolean))
}

const command =
  'curl --silent --show-error --include --max-time 30 --retry 5 --retry-delay 1 --retry-connrefused --config -'
