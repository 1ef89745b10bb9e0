import { loginPacket, queryPacket, quitPacket, rowOf } from './mysql-protocol.js'

/**
 * HAProxy's own `mysql-check` only logs in, which a Galera member allows also while it is cut off from the majority or
 * not yet synchronised. These lines log in as an account without password or rights and look at `wsrep_ready`.
 * `min-recv` makes a wrong answer a failure at once, where HAProxy would wait for more until its timeout.
 */
export function galeraCheck(user: string): readonly string[] {
  return [
    'option tcp-check',
    'tcp-check connect',
    // The server speaks first: version 10 of the protocol.
    'tcp-check expect min-recv 5 binary 0a',
    `tcp-check send-binary ${hex(loginPacket(user))}`,
    // OK, second in sequence: no rows, no insert id.
    'tcp-check expect min-recv 11 binary 0000020000',
    `tcp-check send-binary ${hex(queryPacket("SHOW STATUS LIKE 'wsrep_ready'"))}`,
    `tcp-check expect min-recv 64 binary ${hex(rowOf('wsrep_ready', 'ON'))}`,
    `tcp-check send-binary ${hex(quitPacket)}`,
  ]
}

const hex = (bytes: Buffer) => bytes.toString('hex')
