import { createHmac, generateKeyPair, randomBytes, randomInt, randomUUID } from 'node:crypto'
import { promisify } from 'node:util'
import { Document, isMap, isScalar, parse, parseDocument } from 'yaml'
import type { YAMLMap } from 'yaml'
import { passwordKinds } from './kolla/names.js'
import type { PasswordKind } from './kolla/names.js'
import type { KeyPair } from './passwords.js'

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'

type Secret = string | KeyPair

const generators: Readonly<Record<Exclude<PasswordKind, 'blank'>, () => Secret | Promise<Secret>>> =
  {
    password: () => randomLetters(40, letters),
    uuid: randomUUID,
    hmac: () => createHmac('md5', randomUUID()).update('').digest('hex'),
    fernet: () => randomBytes(32).toString('base64url') + '=',
    bcrypt: () => randomLetters(22, letters + './'),
    ssh: keyPair,
  }

/** Every scalar is text, so that `007` and `yes` are written as they were read. */
const options = { schema: 'failsafe' } as const

/**
 * The text of a passwords.yml with every empty or missing value of kolla-ansible's own file filled in, and the names
 * of those (`docker_registry_password` is there and stays empty). What is set stays, with order and comments; kinds and
 * lengths are kolla-ansible's. The text is secret: write it with mode 0600. Throws a sentence when the given text is no
 * YAML mapping.
 */
export async function genpwd(
  text: string | undefined,
  template: ReadonlyMap<string, PasswordKind> = passwordKinds,
): Promise<{ text: string; added: string[] }> {
  const [document, passwords] = read(text)
  const secrets = await generate([...template].filter(([key]) => !isSet(passwords, key)))
  const added: string[] = []
  let complete = text !== undefined
  for (const [key, kind] of template) {
    if (kind === 'blank') {
      // kolla-ansible asks for it, set or not.
      if (passwords.has(key)) continue
      passwords.add(document.createPair(key, ''))
      complete = false
      continue
    }
    const secret = secrets.get(key)
    if (secret === undefined) continue
    const value = document.createNode(secret)
    if (isScalar<string>(value) && parse(value.value, { version: '1.1' }) !== value.value) {
      value.type = 'QUOTE_SINGLE' // hexadecimal digits may read as a number
    }
    // `set` would keep the style of an empty value; the key with its comments stays where it is.
    const pair = passwords.items.find((item) => isScalar(item.key) && item.key.value === key)
    if (pair) pair.value = value
    else passwords.add(document.createPair(key, value))
    added.push(key)
    complete = false
  }
  return {
    text: complete && text !== undefined ? text : document.toString({ lineWidth: 0 }),
    added,
  }
}

/** All at once: key pairs take seconds each, on a processor of their own. */
async function generate(
  wanted: readonly (readonly [key: string, kind: PasswordKind])[],
): Promise<Map<string, Secret>> {
  const generated = wanted.map(async ([key, kind]) =>
    kind === 'blank' ? [] : [[key, await generators[kind]()] as const],
  )
  return new Map((await Promise.all(generated)).flat())
}

function read(text: string | undefined): [Document, YAMLMap] {
  if (text?.startsWith('$ANSIBLE_VAULT')) {
    throw new Error(
      'passwords.yml is encrypted by ansible-vault: decrypt it, fill it, encrypt it again; nothing was changed',
    )
  }
  const parsed = parseDocument(text ?? '', options)
  const [error] = parsed.errors
  if (error) {
    const line = error.linePos?.[0].line ?? 1
    throw new Error(`passwords.yml is no YAML (line ${line}): mend it first, nothing was changed`)
  }
  const empty =
    parsed.contents === null || (isScalar(parsed.contents) && parsed.contents.value === null)
  const document: Document = empty ? new Document({}, options) : parsed
  if (!isMap(document.contents)) {
    throw new Error(
      'passwords.yml must consist of lines key: value: mend it first, nothing was changed',
    )
  }
  return [document, document.contents]
}

/** A key pair is set when one of its halves is, as in kolla-ansible. */
function isSet(passwords: YAMLMap, key: string): boolean {
  const value = passwords.get(key)
  if (!isMap(value)) return !isEmpty(value)
  return value.items.some(({ value: half }) => isScalar(half) && !isEmpty(half.value))
}

const emptyWords: unknown[] = [undefined, null, '', '~', 'null', 'Null', 'NULL']
const isEmpty = (value: unknown) => emptyWords.includes(value)

function randomLetters(length: number, from: string): string {
  return Array.from({ length }, () => from.charAt(randomInt(from.length))).join('')
}

async function keyPair(): Promise<KeyPair> {
  const { privateKey, publicKey } = await promisify(generateKeyPair)('rsa', { modulusLength: 4096 })
  const { n = '', e = '' } = publicKey.export({ format: 'jwk' })
  const parts = [Buffer.from('ssh-rsa'), integer(e), integer(n)]
  const wire = Buffer.concat(parts.flatMap((part) => [length(part), part]))
  return {
    private_key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    public_key: `ssh-rsa ${wire.toString('base64')}`,
  }
}

/** An integer of the SSH wire format (RFC 4251): a zero byte in front keeps it positive. */
function integer(base64: string): Buffer {
  const bytes = Buffer.from(base64, 'base64url')
  return (bytes[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.from([0]), bytes]) : bytes
}

function length(part: Buffer): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(part.length)
  return bytes
}
