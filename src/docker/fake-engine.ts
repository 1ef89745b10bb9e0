import { createServer } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { connect } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import { json } from 'node:stream/consumers'
import type { Remote } from '../ssh/remote.js'

interface FakeContainer {
  readonly id: string
  name: string
  running: boolean
  /** And running all the same, by Docker's word. */
  paused?: boolean
  readonly options: Record<string, unknown>
}

/** As in a list. */
function listed({ name, options }: FakeContainer) {
  return { Names: [`/${name}`], Labels: options['Labels'] ?? {} }
}

/** For tests: as much of Docker's API as we use, and a remote whose channels lead to it. */
export class FakeEngine {
  readonly containers: FakeContainer[] = []
  /** Digests of local images by reference. */
  readonly images = new Map<string, string[]>()
  /** What a pull answers, and what image it leaves. */
  pull: { events: object[]; digest?: string } = { events: [] }
  /** Every request that changes something: `POST /containers/cron/start`. */
  readonly requests: string[] = []
  channels = 0
  exitCode = 0
  /** How often a command that says nothing is asked for before it is over. */
  asksUntilOver = 0
  /** What a command that runs in a container prints; what it is given by default. */
  print: ((command: string) => string) | undefined
  /** Every command that ran in a container. */
  readonly commands: string[] = []
  /** What every container has logged. */
  log = ''
  /** Why no container can be made, where it can't. */
  refusal: { status: number; message: string } | undefined
  /** How many removals meet one that is in progress. */
  removalsInProgress = 0
  /** Told of every container that is made. */
  onCreate: ((options: Readonly<Record<string, unknown>>) => void) | undefined
  private readonly sockets = new Set<Socket>()

  private constructor(private readonly server: Server) {}

  static async start(): Promise<FakeEngine> {
    const server = createServer()
    const engine = new FakeEngine(server)
    server.on('request', (request, response) => void engine.answer(request, response))
    server.on('upgrade', (request, socket: Socket, head) => engine.hijack(request, socket, head))
    server.on('connection', (socket) => engine.sockets.add(socket))
    await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
    return engine
  }

  get remote(): Remote {
    const { port } = this.server.address() as AddressInfo
    const notHere = () => Promise.reject(new Error('scripts do not run here'))
    return {
      host: 'kolla1',
      run: notHere,
      runOrFail: notHere,
      open: () => {
        this.channels++
        return Promise.resolve(connect(port, '127.0.0.1'))
      },
    }
  }

  async stop(): Promise<void> {
    for (const socket of this.sockets) socket.destroy()
    await new Promise((done) => this.server.close(done))
  }

  add(name: string, running: boolean): FakeContainer {
    const id = `id${this.containers.length}`
    const container = { id, name, running, options: {} }
    this.containers.push(container)
    return container
  }

  private find(key: string): FakeContainer | undefined {
    return this.containers.find(({ id, name }) => id === key || name === key)
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '', 'http://docker')
    const send = (status: number, body?: object) => {
      response.writeHead(status, { 'Content-Type': 'application/json' })
      response.end(body && JSON.stringify(body))
    }
    if (request.method !== 'GET') this.requests.push(`${request.method ?? ''} ${url.pathname}`)
    const body = await json(request).catch(() => ({}))
    const [, kind, key = '', verb] = url.pathname.split('/').map(decodeURIComponent)
    if (kind === 'images') {
      this.answerImages(url, response, send)
    } else if (kind === 'exec') {
      const Running = this.asksUntilOver-- > 0
      send(200, { Running, ExitCode: this.exitCode })
    } else if (kind === 'containers' && key === 'json') {
      const isAll = url.searchParams.get('all') === 'true'
      send(200, this.containers.filter(({ running }) => running || isAll).map(listed))
    } else if (key === 'create' && this.refusal) {
      send(this.refusal.status, this.refusal)
    } else if (key === 'create') {
      const container = this.add(url.searchParams.get('name') ?? '', false)
      Object.assign(container.options, body)
      this.onCreate?.(container.options)
      send(201, { Id: container.id })
    } else if (verb === 'logs') {
      response.end(frame(1, Buffer.from(this.log)))
    } else {
      if (verb === 'exec') this.commands.push((body as { Cmd: string[] }).Cmd.join(' '))
      this.answerContainer(this.find(key), request.method === 'DELETE' ? 'remove' : verb, url, send)
    }
  }

  private answerContainer(
    container: FakeContainer | undefined,
    verb: string | undefined,
    url: URL,
    send: (status: number, body?: object) => void,
  ): void {
    if (!container) {
      send(404, { message: 'No such container' })
    } else if (verb === 'json') {
      const { id, running, paused = false, options } = container
      send(200, {
        Id: id,
        State: { Running: running, Paused: paused },
        Config: { Labels: options['Labels'] ?? {} },
      })
    } else if (verb === 'start' && container.paused === true) {
      send(409, { message: 'cannot start a paused container, try unpause instead' })
    } else if (verb === 'start' || verb === 'stop') {
      const wanted = verb === 'start'
      send(container.running === wanted ? 304 : 204)
      container.running = wanted
    } else if (verb === 'rename') {
      container.name = url.searchParams.get('name') ?? ''
      send(204)
    } else if (verb === 'remove' && this.removalsInProgress > 0) {
      this.removalsInProgress--
      send(409, { message: `removal of container ${container.name} is already in progress` })
    } else if (verb === 'remove') {
      this.containers.splice(this.containers.indexOf(container), 1)
      send(204)
    } else if (verb === 'wait') {
      container.running = false
      send(200, { StatusCode: this.exitCode })
    } else if (verb === 'exec') {
      send(201, { Id: 'exec1' })
    } else {
      send(200, {})
    }
  }

  private answerImages(
    url: URL,
    response: ServerResponse,
    send: (status: number, body?: object) => void,
  ): void {
    if (url.pathname === '/images/create') {
      const repository = url.searchParams.get('fromImage') ?? ''
      const image = `${repository}:${url.searchParams.get('tag') ?? ''}`
      if (this.pull.digest) this.images.set(image, [`${repository}@${this.pull.digest}`])
      response.writeHead(200, { 'Content-Type': 'application/json' })
      response.end(this.pull.events.map((event) => `${JSON.stringify(event)}\n`).join(''))
      return
    }
    const image = url.pathname.split('/').slice(2, -1).map(decodeURIComponent).join('/')
    const digests = this.images.get(image)
    if (digests) send(200, { RepoDigests: digests })
    else send(404, { message: 'No such image' })
  }

  /** An exec gives back on standard output what it is given, and says so on standard error. */
  private hijack(request: IncomingMessage, socket: Socket, head: Buffer): void {
    this.requests.push(`${request.method ?? ''} ${new URL(request.url ?? '', 'http://d').pathname}`)
    socket.write('HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n')
    const chunks: Buffer[] = []
    // Docker is told the request's body first; then the stream is the program's standard input.
    let left = Number(request.headers['content-length'] ?? 0)
    const take = (chunk: Buffer) => {
      const own = chunk.subarray(Math.min(left, chunk.length))
      left -= chunk.length - own.length
      chunks.push(own)
    }
    take(head)
    socket.on('data', take)
    socket.on('end', () => {
      if (this.asksUntilOver > 0) return
      const said = this.print?.(this.commands.at(-1) ?? '')
      const input = said === undefined ? Buffer.concat(chunks) : Buffer.from(said)
      socket.end(Buffer.concat([frame(1, input), frame(2, Buffer.from('end of input'))]))
    })
  }
}

/** One of Docker's frames. */
export function frame(stream: 1 | 2, text: Buffer): Buffer {
  const header = Buffer.alloc(8)
  header[0] = stream
  header.writeUInt32BE(text.length, 4)
  return Buffer.concat([header, text])
}
