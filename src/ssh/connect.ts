import type { Client } from 'ssh2'
import type { Connection } from '../model/cloud.js'
import { ConnectionLost } from './errors.js'
import { leave } from './jump-hosts.js'
import type { JumpHosts } from './jump-hosts.js'
import { logIn } from './log-in.js'

/** A host to reach, and where its key is on record, and those of its jump hosts. */
export interface SshTarget {
  /** Inventory name. */
  readonly host: string
  readonly connection: Connection
  readonly knownHostsFile: string
}

/**
 * Connects and logs in, through jump hosts where there are any; every key is verified.
 * @throws HostUnreachable, HostKeyUnknown, HostKeyChanged, LoginRefused
 */
export async function connect(target: SshTarget, jumpHosts: JumpHosts): Promise<Client> {
  const { host, connection, knownHostsFile } = target
  const stream = await jumpHosts.streamTo(target)
  try {
    return await logIn({ host, login: connection, knownHostsFile }, stream)
  } catch (error) {
    leave(stream)
    throw error
  }
}

/** What a broken connection means for something that was running on it. */
export function lost(host: string, title: string): ConnectionLost {
  return new ConnectionLost(host, `the connection broke during: ${title}`)
}
