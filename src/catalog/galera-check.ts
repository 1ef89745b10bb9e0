/**
 * HAProxy's own `mysql-check` only logs in, which a Galera member allows also while it is cut off from the majority or
 * not yet synchronised. These lines log in as an account without password or rights and look at `wsrep_ready`.
 * `min-recv` makes a wrong answer a failure at once, where HAProxy would wait for more until its timeout.
 */
export function galeraCheck(user: string): readonly string[] {
  const ready = Buffer.concat([lengthEncoded('wsrep_ready'), lengthEncoded('ON')])
  return [
    'option tcp-check',
    'tcp-check connect',
    // The server speaks first: version 10 of the protocol.
    'tcp-check expect min-recv 5 binary 0a',
    `tcp-check send-binary ${hex(packet(1, login(user)))}`,
    // OK, second in sequence: no rows, no insert id.
    'tcp-check expect min-recv 11 binary 0000020000',
    `tcp-check send-binary ${hex(packet(0, query("SHOW STATUS LIKE 'wsrep_ready'")))}`,
    `tcp-check expect min-recv 64 binary ${hex(ready)}`,
    `tcp-check send-binary ${hex(packet(0, Buffer.of(0x01)))}`,
  ]
}

/** MySQL's client protocol: three bytes of length, one of sequence, then the payload. */
function packet(sequence: number, payload: Buffer): Buffer {
  const header = Buffer.alloc(4)
  header.writeUIntLE(payload.length, 0, 3)
  header.writeUInt8(sequence, 3)
  return Buffer.concat([header, payload])
}

const capabilities = {
  longPassword: 0x0001,
  protocol41: 0x0200,
  transactions: 0x2000,
  secureConnection: 0x8000,
}

/** HandshakeResponse41 with an empty answer to the challenge. */
function login(user: string): Buffer {
  const head = Buffer.alloc(32)
  head.writeUInt32LE(
    Object.values(capabilities).reduce((all, flag) => all | flag),
    0,
  )
  head.writeUInt32LE(2 ** 24, 4)
  head.writeUInt8(33, 8) // utf8_general_ci
  return Buffer.concat([head, Buffer.from(`${user}\0`), Buffer.of(0)])
}

function query(sql: string): Buffer {
  return Buffer.concat([Buffer.of(0x03), Buffer.from(sql)])
}

function lengthEncoded(text: string): Buffer {
  return Buffer.concat([Buffer.of(text.length), Buffer.from(text)])
}

const hex = (bytes: Buffer) => bytes.toString('hex')
