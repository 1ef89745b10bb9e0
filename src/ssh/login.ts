import { homedir } from 'node:os'
import { join } from 'node:path'
import ssh2 from 'ssh2'
import type { AnyAuthMethod } from 'ssh2'
import type { Connection } from '../model/cloud.js'
import { readRegularFile } from '../state/regular-file.js'
import { LoginRefused } from './errors.js'

const largestKey = 64 * 1024
const defaultKeys = ['id_ed25519', 'id_ecdsa', 'id_rsa']

/** The connection's own key, or else those of the agent and the user's default ones. @throws LoginRefused */
export async function loginMethods(host: string, connection: Connection): Promise<AnyAuthMethod[]> {
  const { user: username, privateKeyFile } = connection
  if (privateKeyFile !== undefined) {
    const key = await readKey(privateKeyFile)
    if (key instanceof Error) {
      throw new LoginRefused(host, `private key ${privateKeyFile}: ${key.message}`, { cause: key })
    }
    return [{ type: 'publickey', username, key }]
  }
  const agent = process.env['SSH_AUTH_SOCK']
  const keys = await Promise.all(defaultKeys.map((name) => readKey(join(homedir(), '.ssh', name))))
  const methods: AnyAuthMethod[] = [
    ...(agent ? [{ type: 'agent' as const, username, agent }] : []),
    ...keys.flatMap((key) =>
      key instanceof Error ? [] : [{ type: 'publickey' as const, username, key }],
    ),
  ]
  if (methods.length > 0) return methods
  throw new LoginRefused(
    host,
    'no key to log in with: no SSH agent and no unencrypted key in ~/.ssh; set ansible_ssh_private_key_file',
  )
}

async function readKey(file: string): Promise<Buffer | Error> {
  try {
    const text = await readRegularFile(file, largestKey)
    const key = ssh2.utils.parseKey(text)
    return key instanceof Error ? key : text
  } catch (error) {
    return error as Error
  }
}
