import { RemoteError } from '../ssh/errors.js'
import { sh } from '../ssh/quote.js'
import type { Remote } from '../ssh/remote.js'

/** Where to ask for a token, and as whom. */
export interface TokenRequest {
  /** Keystone's URL without version: `http://192.168.8.75:5000`. */
  readonly url: string
  readonly user: string
  readonly project: string
  /** Goes through standard input alone. */
  readonly password: string
}

/** Has Keystone issue a token, asked from a host. @throws RemoteError with Keystone's answer when it does not */
export async function issueToken(remote: Remote, request: TokenRequest): Promise<void> {
  const title = `ask ${request.url} for a token`
  const command = sh`curl --noproxy '*' --silent --show-error --max-time 30 --retry 5 --retry-delay 1 --retry-all-errors \
    --header 'Content-Type: application/json' --data @- --output - --write-out '\n%{http_code}' ${request.url}/v3/auth/tokens`
  const { code, stdout, stderr } = await remote.run(command, {
    title,
    input: JSON.stringify(authentication(request)),
  })
  const lines = stdout.trim().split('\n')
  const status = lines.pop()
  if (code === 0 && status === '201') return
  const seen = [...stderr.trim().split('\n'), `HTTP status ${status ?? 'none'}`, ...lines]
  throw new RemoteError(remote.host, title, code, seen.filter(Boolean).slice(-20))
}

export function authentication({ user, project, password }: TokenRequest) {
  const domain = { id: 'default' }
  return {
    auth: {
      identity: { methods: ['password'], password: { user: { name: user, domain, password } } },
      scope: { project: { name: project, domain } },
    },
  }
}
