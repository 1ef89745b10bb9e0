import type { Client, ClientChannel } from 'ssh2'
import { launch } from './launch.js'

/**
 * sshd leaves a script running when its channel or its connection goes, and passes no signals on for root.
 * So one process per connection knows the process groups of what runs, ends one on demand, and ends all
 * that are left when the connection breaks: a script never outlives the one who waits for it.
 */
const script = `
exec >/dev/null 2>&1
declare -A groups
end_group() {
  kill -TERM -- "-$1" || return
  for _ in {1..50}; do sleep 0.1; kill -0 -- "-$1" || return; done
  kill -KILL -- "-$1"
}
while read -r verb group; do
  case $verb in
    running) groups[$group]=1 ;;
    ended) unset "groups[$group]" ;;
    stop) end_group "$group" & ;;
  esac
done
for group in "\${!groups[@]}"; do end_group "$group" & done
wait
`

/** Longest time from `stop` to the group's end. */
export const stopGraceMs = 6_000

export class Guard {
  private constructor(private readonly channel: ClientChannel) {}

  static start(client: Client, become: boolean): Promise<Guard> {
    return new Promise((resolve, reject) => {
      client.exec(launch(script, become), (error, channel) => {
        if (error) {
          reject(error)
          return
        }
        channel.on('error', () => undefined)
        channel.resume()
        channel.stderr.resume()
        resolve(new Guard(channel))
      })
    })
  }

  running(group: number): void {
    this.tell('running', group)
  }

  ended(group: number): void {
    this.tell('ended', group)
  }

  /** SIGTERM, and SIGKILL to what is left of the group 5 s later. */
  stop(group: number): void {
    this.tell('stop', group)
  }

  private tell(verb: string, group: number): void {
    if (this.channel.writable) this.channel.write(`${verb} ${group}\n`)
  }
}
