/** What a client sends to MariaDB, in its protocol: three bytes of length, one of sequence, then the payload. */
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

/** HandshakeResponse41 of an account without a password: an empty answer to the challenge. */
export function loginPacket(user: string): Buffer {
  const head = Buffer.alloc(32)
  head.writeUInt32LE(
    Object.values(capabilities).reduce((all, flag) => all | flag),
    0,
  )
  head.writeUInt32LE(2 ** 24, 4)
  head.writeUInt8(33, 8) // utf8_general_ci
  return packet(1, Buffer.concat([head, Buffer.from(`${user}\0`), Buffer.of(0)]))
}

export function queryPacket(sql: string): Buffer {
  return packet(0, Buffer.concat([Buffer.of(0x03), Buffer.from(sql)]))
}

export const quitPacket = packet(0, Buffer.of(0x01))

/** A row of texts, as it stands in an answer. */
export function rowOf(...texts: readonly string[]): Buffer {
  return Buffer.concat(texts.flatMap((text) => [Buffer.of(text.length), Buffer.from(text)]))
}
