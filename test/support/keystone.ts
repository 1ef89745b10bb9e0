import { parse } from 'yaml'
import type { Installation } from './installation.js'

/** The administrator's session of Keystone, with the written clouds.yaml, asked from this machine. */
export class Keystone {
  private constructor(
    private readonly url: string,
    private readonly login: string,
  ) {}

  static async of(installation: Installation): Promise<Keystone> {
    const { clouds } = parse(await installation.read('clouds.yaml')) as {
      clouds: Record<string, { auth: Record<string, string> }>
    }
    const auth = clouds['kolla-admin']?.auth ?? {}
    const named = (name: string | undefined) => ({ name, domain: { id: 'default' } })
    const user = { ...named(auth['username']), password: auth['password'] }
    const login = {
      auth: {
        identity: { methods: ['password'], password: { user } },
        scope: { project: named(auth['project_name']) },
      },
    }
    return new Keystone(auth['auth_url'] ?? '', JSON.stringify(login))
  }

  /** @throws when Keystone issues none within `milliseconds` */
  async token(milliseconds = 20_000): Promise<string> {
    return this.#tokenFor({ body: this.login, signal: AbortSignal.timeout(milliseconds) })
  }

  /** As `token`, asked without telling how long the request's body is (`Transfer-Encoding: chunked`). */
  async tokenForPieces(): Promise<string> {
    const body = new Blob([this.login]).stream()
    return this.#tokenFor({ body, duplex: 'half', signal: AbortSignal.timeout(20_000) })
  }

  async #tokenFor(request: RequestInit): Promise<string> {
    const response = await fetch(`${this.url}/v3/auth/tokens`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', connection: 'close' },
      ...request,
    })
    await response.text()
    if (response.status !== 201) throw new Error(`HTTP status ${response.status}`)
    return response.headers.get('x-subject-token') ?? ''
  }

  /** Whether Keystone still takes a token. */
  async accepts(token: string): Promise<boolean> {
    const { status } = await fetch(`${this.url}/v3/auth/tokens`, {
      headers: { 'x-auth-token': token, 'x-subject-token': token },
    })
    return status === 200
  }

  async createUser(name: string): Promise<void> {
    await this.#ask('POST', 'users', { user: { name } })
  }

  async createProject(name: string): Promise<void> {
    await this.#ask('POST', 'projects', { project: { name } })
  }

  async userNames(): Promise<string[]> {
    const { users } = (await this.#ask('GET', 'users')) as { users: { name: string }[] }
    return users.map((user) => user.name)
  }

  async projectNames(): Promise<string[]> {
    const { projects } = (await this.#ask('GET', 'projects')) as { projects: { name: string }[] }
    return projects.map((project) => project.name)
  }

  async #ask(method: string, path: string, body?: object): Promise<unknown> {
    const response = await fetch(`${this.url}/v3/${path}`, {
      method,
      headers: { 'content-type': 'application/json', 'x-auth-token': await this.token() },
      ...(body && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(20_000),
    })
    if (!response.ok) throw new Error(`${method} ${path}: HTTP status ${response.status}`)
    return response.json()
  }
}
