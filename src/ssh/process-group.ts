import type { ClientChannel } from 'ssh2'
import { stopGraceMs } from './guard.js'
import type { Guard } from './guard.js'
import { readProcessGroup } from './launch.js'

/** The process group of one script, which tells it first of all on standard error. */
export class ProcessGroup {
  id: number | undefined
  /** What came on standard error while the group was not known. */
  unread = ''
  private stopping = false

  constructor(
    private readonly guard: Guard,
    private readonly channel: ClientChannel,
  ) {}

  /** Takes what comes on standard error and returns what of it the script itself wrote. */
  read(text: string): string {
    if (this.id !== undefined) return text
    this.unread += text
    const found = readProcessGroup(this.unread)
    if (!found) return ''
    this.id = found.group
    this.guard.running(this.id)
    if (this.stopping) this.stop()
    return found.rest
  }

  /** Also before the group is known. A host that does not end it in time is left to its guard. */
  stop(): void {
    this.stopping = true
    if (this.id === undefined) return
    this.guard.stop(this.id)
    const giveUp = setTimeout(() => this.channel.destroy(), stopGraceMs)
    this.channel.once('close', () => clearTimeout(giveUp))
  }

  ended(): void {
    if (this.id !== undefined) this.guard.ended(this.id)
  }
}
