import { spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { connect as connectTo } from 'node:net'
import type { AddressInfo } from 'node:net'
import { constants, tmpdir } from 'node:os'
import { join } from 'node:path'
import ssh2 from 'ssh2'
import type {
  AuthContext,
  AuthenticationType,
  Connection as ServerConnection,
  ServerChannel,
} from 'ssh2'
import type { SshTarget } from './connect.js'
import { recordHostKey } from './known-hosts.js'
import { examineHostKey } from './trust.js'

/** For tests: an SSH server on loopback that runs what it is told with this machine's own bash, as sshd does. */
export class FakeHost {
  private readonly connections = new Set<ServerConnection>()
  private readonly late: (() => void)[] = []
  sessions = 0
  logins = 0
  /** What it was told to run. */
  readonly commands: string[] = []
  /** How many sessions it refuses next, as a full sshd does. */
  refusals = 0
  /** What it leaves without an answer: the next sessions, what the next commands do, or what it should forward. */
  hangs: 'sessions' | 'commands' | 'forwards' | undefined
  /** Breaks the connection as soon as a session is asked for. */
  breaks = false
  /** Connections that it forwards now; none, as where that is forbidden, while `forwards` is false. */
  forwarded = 0
  forwards = true
  /** Lets in whoever knows it, besides the key. */
  password: string | undefined
  /** Asks for the password in a question of its own, as PAM does. */
  asks = false

  private constructor(
    private readonly server: ssh2.Server,
    private readonly directory: string,
    readonly publicKey: Buffer,
    readonly target: SshTarget,
  ) {}

  /** `moreKeys`: private ones that it has besides its own, which is of the type ed25519. */
  static async start(
    options: { readonly port?: number; readonly moreKeys?: readonly string[] } = {},
  ): Promise<FakeHost> {
    const directory = await mkdtemp(join(tmpdir(), 'fake-host-'))
    const hostKey = keyPair()
    const userKey = keyPair()
    const privateKeyFile = join(directory, 'id')
    await writeFile(privateKeyFile, userKey.private, { mode: 0o600 })
    const allowed = parsed(userKey.public)
    const server = new ssh2.Server({ hostKeys: [hostKey.private, ...(options.moreKeys ?? [])] })
    await new Promise<void>((ready) => server.listen(options.port ?? 0, '127.0.0.1', ready))
    const { port } = server.address() as AddressInfo
    const host = new FakeHost(server, directory, parsed(hostKey.public), {
      host: 'kolla1',
      connection: { address: '127.0.0.1', port, user: 'root', privateKeyFile, become: false },
      knownHostsFile: join(directory, 'known_hosts'),
    })
    server.on('connection', (connection) => host.serve(connection, allowed))
    return host
  }

  /** Puts its key on record, as `trust` does. */
  async trust(knownHostsFile = this.target.knownHostsFile): Promise<void> {
    const { connection } = this.target
    const { key } = await examineHostKey(this.target.host, connection, '')
    await recordHostKey(knownHostsFile, connection.address, connection.port, key)
  }

  /** How many are connected to it. */
  get connected(): number {
    return this.connections.size
  }

  /** A pulled plug: every connection breaks. */
  cut(): void {
    for (const connection of this.connections) {
      ;(connection as unknown as { _sock: { destroy(): void } })._sock.destroy()
    }
  }

  /** Begins what hung. */
  wake(): void {
    this.hangs = undefined
    for (const begin of this.late.splice(0)) begin()
  }

  async stop(): Promise<void> {
    this.cut()
    await new Promise((done) => this.server.close(done))
    await rm(this.directory, { recursive: true, force: true })
  }

  private serve(connection: ServerConnection, allowed: Buffer): void {
    this.connections.add(connection)
    connection.on('error', () => undefined)
    connection.on('close', () => this.connections.delete(connection))
    const methods: AuthenticationType[] = ['publickey', 'password', 'keyboard-interactive']
    connection.on('authentication', (attempt) => {
      if (attempt.method === 'publickey' && attempt.key.data.equals(allowed)) attempt.accept()
      else if (this.lets(attempt)) attempt.accept()
      else if (this.asks && attempt.method === 'keyboard-interactive') {
        attempt.prompt({ prompt: 'Password: ', echo: false }, ([answer]) => {
          if (answer === this.password) attempt.accept()
          else attempt.reject(methods)
        })
      } else attempt.reject(methods)
    })
    connection.on('ready', () => {
      this.logins++
      if (this.forwards) {
        connection.on('tcpip', (accept, reject, { destIP, destPort }) => {
          const forward = () => this.forward(accept, reject, destIP, destPort)
          if (this.hangs === 'forwards') this.late.push(forward)
          else forward()
        })
      }
      connection.on('session', (accept, reject) => {
        if (this.breaks) {
          this.cut()
          return
        }
        if (this.refusals > 0) {
          this.refusals--
          reject()
          return
        }
        accept().on('exec', (acceptExec, _reject, { command }) => {
          const execute = () => this.execute(acceptExec(), command)
          if (this.hangs === 'sessions') this.late.push(execute)
          else if (this.hangs === 'commands') acceptExec()
          else execute()
        })
      })
    })
  }

  private lets(attempt: AuthContext): boolean {
    return attempt.method === 'password' && !this.asks && attempt.password === this.password
  }

  private forward(
    accept: () => ServerChannel,
    reject: () => void,
    address: string,
    port: number,
  ): void {
    const socket = connectTo(port, address)
    socket.once('error', reject)
    socket.once('connect', () => {
      this.forwarded++
      socket.off('error', reject)
      const channel = accept()
      socket.on('error', () => channel.destroy())
      channel.on('error', () => socket.destroy())
      channel.once('close', () => {
        this.forwarded--
        socket.destroy()
      })
      socket.once('close', () => channel.end())
      socket.pipe(channel).pipe(socket)
    })
  }

  /** Like sshd: a session of its own, input closed with the channel, nothing killed. */
  private execute(channel: ServerChannel, command: string): void {
    this.sessions++
    this.commands.push(command)
    const child = spawn('/bin/sh', ['-c', command], { detached: true })
    channel.pipe(child.stdin)
    child.stdin.on('error', () => undefined)
    channel.on('close', () => child.stdin.end())
    channel.on('error', () => undefined)
    child.stdout.pipe(channel, { end: false })
    child.stderr.pipe(channel.stderr as NodeJS.WritableStream, { end: false })
    child.on('close', (code, signal) => {
      this.sessions--
      if (signal && signal in constants.signals) channel.exit(signal.replace('SIG', ''))
      else channel.exit(code ?? 1)
      channel.end()
    })
  }
}

/** ssh2 writes a key that it cannot read about once in 256 times: then make another. */
function keyPair(): { private: string; public: string } {
  const pair = ssh2.utils.generateKeyPairSync('ed25519')
  return ssh2.utils.parseKey(pair.public) instanceof Error ? keyPair() : pair
}

function parsed(publicKey: string): Buffer {
  const key = ssh2.utils.parseKey(publicKey)
  if (key instanceof Error) throw key
  return key.getPublicSSH()
}
