import type { Client, ClientChannel } from 'ssh2'
import { openChannel } from './channel.js'
import type { SshTarget } from './connect.js'
import { launch, runVariable } from './launch.js'
import { notStarted } from './not-started.js'
import { sh } from './quote.js'
import { NothingBegins, NotRoot } from './sudo.js'

/**
 * The host gives a silent client up, and needs 5 s to end what runs, before the client, whose keep-alives take 20 s, gives
 * up the host, and before Temporal gives a step whose worker has been silent for 20 s to another one.
 */
export const silenceSeconds = 12
export const heartbeatMs = 2_000

/**
 * sshd leaves a script running when its channel or its connection goes, and passes no signals on for root.
 * So one process per connection signals the processes of a script on demand, and ends all that are left
 * when the connection breaks or a cable is pulled: a script never outlives the one who waits for it, and whoever
 * tries again does not meet it.
 */
const script = (connectionId: string) => sh`
echo ready
exec >/dev/null 2>&1
signal() {
  mapfile -t found < <(grep -lzs "^${runVariable}=$2" /proc/[0-9]*/environ)
  (( \${#found[@]} )) || return 1
  found=("\${found[@]#/proc/}")
  kill -s "$1" "\${found[@]%/environ}"
  return 0
}
while read -r -t ${silenceSeconds} name id; do
  [[ $name == alive ]] || signal "$name" "$id\\$"
done
quiet=0
for _ in {1..50}; do
  # A script that was sent a moment ago may have no process yet that tells whose it is.
  if signal TERM ${connectionId}/; then quiet=0; else (( ++quiet < 10 )) || exit 0; fi
  sleep 0.1
done
signal KILL ${connectionId}/
`

const patienceMs = 5_000
const repeatMs = 250

export class Guard {
  private constructor(
    private readonly channel: ClientChannel,
    client: Client,
  ) {
    const heartbeat = setInterval(() => this.tell('alive'), heartbeatMs).unref()
    channel.once('close', () => {
      clearInterval(heartbeat)
      client.destroy() // nothing may run without its guard
    })
  }

  /** Resolves when it runs as root. @throws SudoRefused, ConnectionLost */
  static async start(
    target: SshTarget,
    client: Client,
    id: string,
    openMs: number,
  ): Promise<Guard> {
    const { command, begun } = launch(script(id), target.connection, 'guard')
    const options = { host: target.host, title: 'log in', openMs }
    try {
      const channel = await openChannel(client, command, options)
      channel.on('error', () => undefined)
      await begun(channel)
      const guard = new Guard(channel, client)
      await firstWord(channel, openMs)
      return guard
    } catch (error) {
      throw notStarted(target, error)
    }
  }

  /** SIGTERM to all processes of a run, SIGKILL 5 s later, until its channel closes. */
  end(id: string, run: ClientChannel): void {
    const started = Date.now()
    const signal = () => this.tell(`${Date.now() - started < patienceMs ? 'TERM' : 'KILL'} ${id}`)
    signal()
    const again = setInterval(signal, repeatMs)
    run.once('close', () => clearInterval(again))
  }

  private tell(line: string): void {
    if (this.channel.writable) this.channel.write(`${line}\n`)
  }
}

/** @throws NotRoot with what it says instead, NothingBegins */
function firstWord(channel: ClientChannel, openMs: number): Promise<void> {
  return new Promise((resolve, reject) => {
    let stderr = ''
    channel.stderr
      .setEncoding('utf8')
      .on('data', (text: string) => (stderr = (stderr + text).slice(-4096)))
    const timer = setTimeout(() => reject(new NothingBegins()), openMs)
    channel.once('data', () => {
      clearTimeout(timer)
      resolve()
    })
    channel.once('close', () => {
      clearTimeout(timer)
      reject(new NotRoot(stderr))
    })
  })
}
