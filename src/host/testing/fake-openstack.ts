import { RemoteError } from '../../ssh/errors.js'
import type { Remote, RunOptions, RunResult } from '../../ssh/remote.js'
import type { Account } from '../openstack-api.js'

type Properties = Record<string, unknown>

/** One request as an API gets it. */
interface Asked {
  readonly method: string
  /** Without host and port: `/v2.0/networks`. */
  readonly path: string
  readonly query: URLSearchParams
  readonly body: Properties | undefined
  /** curl's settings, by name. */
  readonly settings: ReadonlyMap<string, readonly string[]>
}

interface Answered {
  readonly status: number
  readonly body?: unknown
}

export const testAccount: Account = {
  url: 'http://192.168.8.75:5000',
  user: 'admin',
  project: 'admin',
  password: 'admin-secret',
  region: 'RegionOne',
}

/** Id of the administrator's. */
const project = 'admin-project'

const endpoints = {
  image: 'http://192.168.8.75:9292',
  network: 'http://192.168.8.75:9696/',
  compute: 'http://192.168.8.75:8774/v2.1',
  'block-storage': 'http://192.168.8.75:8776/v3',
  placement: 'http://192.168.8.75:8780',
}

/**
 * For tests: a host on which curl gets the answers of OpenStack's APIs. What a collection is asked for, it finds by
 * equal properties; what is posted gets an id. Answers of single paths come from `answers`.
 */
export class FakeOpenStack {
  /** `POST /v2.0/networks`, without logins. */
  readonly calls: string[] = []
  /** What was uploaded: image's id → file of the host. */
  readonly uploads = new Map<string, string>()
  readonly things = new Map<string, Properties[]>()
  /** How many things one answer has at most, of those that come after the one that a query names. */
  page = Infinity
  /** `GET /v2.1/os-services` → what answers in place of a collection. */
  readonly answers = new Map<string, (asked: Asked) => Answered>()
  /** What other scripts print, by their title. */
  readonly printed = new Map<string, string>()
  /** Types of services that the catalogue has. */
  readonly catalogue: Record<string, string> = { ...endpoints }
  #ids = 0

  /** Other scripts that hosts ran, and how many requests had changed something before. */
  readonly scripts: { readonly title: string; readonly changes: number }[] = []

  readonly remote: Remote = {
    host: 'kolla1',
    run: (_script, options) => Promise.resolve(this.#run(options)),
    runOrFail: (_script, options) => {
      const result = this.#run(options)
      if (result.code === 0) return Promise.resolve(result)
      return Promise.reject(new RemoteError('kolla1', options?.title ?? '', result.code, []))
    },
    open: () => Promise.reject(new Error('scripts alone run here')),
  }

  /** Requests that change something. */
  get changes(): string[] {
    return this.calls.filter((call) => !call.startsWith('GET'))
  }

  add(collection: string, thing: Properties): Properties {
    const made = { id: `${collection}-${++this.#ids}`, ...thing }
    this.things.set(collection, [...(this.things.get(collection) ?? []), made])
    return made
  }

  #run({ title = '', input = '' }: RunOptions = {}): RunResult {
    const text = typeof input === 'string' ? input : ''
    if (!text.startsWith('url = ')) {
      this.scripts.push({ title, changes: this.changes.length })
      return { code: 0, stdout: this.printed.get(title) ?? '', stderr: '' }
    }
    const settings = new Map<string, string[]>()
    for (const line of text.trim().split('\n')) {
      const [, key = '', value = ''] = /^(\S+) = (.*)$/.exec(line) ?? []
      settings.set(key, [...(settings.get(key) ?? []), JSON.parse(value) as string])
    }
    const url = new URL(settings.get('url')?.[0] ?? '')
    const data = settings.get('data')?.[0]
    const { status, body } = this.#answer({
      method: settings.get('request')?.[0] ?? '',
      path: url.pathname,
      query: url.searchParams,
      body: data === undefined ? undefined : (JSON.parse(data) as Properties),
      settings,
    })
    const head = `HTTP/1.1 ${status} Whatever\r\nX-Subject-Token: token-secret\r\n\r\n`
    return { code: 0, stdout: head + (body === undefined ? '' : JSON.stringify(body)), stderr: '' }
  }

  #answer(asked: Asked): Answered {
    const { method, path, settings } = asked
    if (path === '/v3/auth/tokens') return { status: 201, body: { token: this.#token() } }
    this.calls.push(`${method} ${path}`)
    if (!settings.get('header')?.includes('X-Auth-Token: token-secret')) return { status: 401 }
    const own = this.answers.get(`${method} ${path}`)
    if (own) return own(asked)
    const file = settings.get('upload-file')?.[0]
    const [, image = ''] = /^\/v2\/images\/(.*)\/file$/.exec(path) ?? []
    if (file !== undefined) return this.#upload(image, file)
    return this.#collection(asked)
  }

  #token() {
    const catalog = Object.entries(this.catalogue).map(([type, url]) => ({
      type,
      endpoints: [
        { interface: 'public', region_id: 'RegionOne', url: 'http://public.example' },
        { interface: 'internal', region_id: 'RegionTwo', url: 'http://elsewhere.example' },
        { interface: 'internal', region_id: 'RegionOne', url },
      ],
    }))
    return { project: { id: project }, catalog }
  }

  #upload(image: string, file: string): Answered {
    const found = this.things.get('images')?.find(({ id }) => id === image)
    if (!found) return { status: 404 }
    this.uploads.set(image, file)
    found['status'] = 'active'
    return { status: 204 }
  }

  #collection({ method, path, query, body }: Asked): Answered {
    const [, collection = '', id] =
      /^\/v[23](?:\.\d)?\/([^/]+)(?:\/([^/]+))?/.exec(path.replace('/detail', '')) ?? []
    const kind = collection.replaceAll('-', '_').replace(/^os_/, '').replace(/s$/, '')
    // Glance has no envelope.
    const inEnvelope = collection !== 'images'
    const wrap = (thing: Properties) => (inEnvelope ? { [kind]: thing } : thing)
    const all = this.things.get(collection) ?? []
    if (method === 'POST') {
      const asked = (inEnvelope ? body?.[kind] : body) as Properties
      const own = inEnvelope ? { project_id: project } : { owner: project, status: 'queued' }
      return { status: 201, body: wrap(this.add(collection, { ...own, ...asked })) }
    }
    if (id === undefined) {
      const name = kind.replaceAll('-', '_')
      const found = all.filter((it) => [...query].every(([key, value]) => matches(it, key, value)))
      const start = found.findIndex((it) => it['id'] === query.get('marker')) + 1
      return { status: 200, body: { [`${name}s`]: found.slice(start, start + this.page) } }
    }
    const thing = all.find((it) => it['id'] === id || it['name'] === id)
    if (!thing) return { status: 404, body: { itemNotFound: { message: 'not found' } } }
    if (method === 'PUT' || method === 'PATCH') Object.assign(thing, body?.[kind])
    if (method === 'DELETE') {
      this.things.set(
        collection,
        all.filter((it) => it !== thing),
      )
      return { status: 204 }
    }
    return { status: 200, body: wrap(thing) }
  }
}

/** What queries say of the answer, not of the things. */
const noProperties = ['is_public', 'all_tenants', 'fields', 'limit', 'marker', 'visibility']

/** Whether a property is what a query asks for. Queries that choose no things by a property find all. */
function matches(thing: Properties, key: string, value: string): boolean {
  if (noProperties.includes(key)) return true
  if (key === 'fixed_ips') {
    const fixed = (thing['fixed_ips'] ?? []) as readonly { subnet_id: string }[]
    return fixed.some((it) => `subnet_id=${it.subnet_id}` === value)
  }
  const text = String(thing[key])
  return text === value || (value.startsWith('^') && new RegExp(value).test(text))
}
