import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import ssh2 from 'ssh2'
import type { Connection, ServerChannel } from 'ssh2'
import { hostKey } from '../../src/ssh/known-hosts.js'
import type { HostKey } from '../../src/ssh/known-hosts.js'

/** What a script printed, and how it ended. */
export interface Answer {
  readonly stdout?: string
  readonly stderr?: string
  readonly code?: number
  /** How long it took, in milliseconds. */
  readonly after?: number
}

/** What a host answers to a script. Undefined where the script runs until nobody is connected any more. */
export type Answering = (host: string, script: string) => Answer | undefined

/** Hosts as their names and addresses tell, all with one port and one key. Whoever has the one key that they know gets in. */
export async function startSshServers(
  hosts: ReadonlyMap<string, string>,
  answer: Answering,
): Promise<{ port: number; hostKey: HostKey; privateKey: string }> {
  const [shown, user] = [keyPair(), keyPair()]
  const allowed = publicKey(user.public)
  let port = 0
  for (const [host, address] of hosts) {
    const server = new ssh2.Server({ hostKeys: [shown.private] }, (connection) =>
      serve(connection, allowed, (script) => answer(host, script)),
    )
    await new Promise<void>((ready) => server.listen(port, address, ready))
    port = (server.address() as AddressInfo).port
  }
  return { port, hostKey: hostKey(publicKey(shown.public)), privateKey: user.private }
}

function serve(
  connection: Connection,
  allowed: Buffer,
  answer: (script: string) => Answer | undefined,
): void {
  connection.on('error', () => undefined)
  connection.on('authentication', (attempt) => {
    if (attempt.method === 'publickey' && attempt.key.data.equals(allowed)) attempt.accept()
    else attempt.reject(['publickey'])
  })
  connection.on('session', (accept) => {
    accept().on('exec', (acceptExec, _reject, { command }) => {
      void run(acceptExec(), answer(command))
    })
  })
}

async function run(channel: ServerChannel, answer: Answer | undefined): Promise<void> {
  channel.on('error', () => undefined)
  channel.resume()
  if (!answer) {
    channel.write('ready\n')
    channel.once('end', () => channel.end())
    return
  }
  const { stdout = '', stderr = '', code = 0, after = 0 } = answer
  await sleep(after)
  channel.stderr.write(stderr)
  channel.write(stdout)
  channel.exit(code)
  channel.end()
}

/** ssh2 writes a key that it cannot read about once in 256 times: then make another. */
function keyPair(): { private: string; public: string } {
  const pair = ssh2.utils.generateKeyPairSync('ed25519')
  return ssh2.utils.parseKey(pair.public) instanceof Error ? keyPair() : pair
}

function publicKey(text: string): Buffer {
  const key = ssh2.utils.parseKey(text)
  if (key instanceof Error) throw key
  return key.getPublicSSH()
}
