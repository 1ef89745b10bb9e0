import { homedir } from 'node:os'
import { join } from 'node:path'
import ssh2 from 'ssh2'
import type { AnyAuthMethod } from 'ssh2'
import type { Login } from '../model/cloud.js'
import { readRegularFile } from '../state/regular-file.js'
import { LoginRefused } from './errors.js'

const largestKey = 64 * 1024
const defaultKeys = ['id_ed25519', 'id_ecdsa', 'id_rsa']

/** The login's own password and keys, or else keys of the agent and the user's default ones. @throws LoginRefused */
export async function loginMethods(
  host: string,
  login: Login & { readonly password?: string },
): Promise<AnyAuthMethod[]> {
  const { privateKeyFile, identityFiles = [] } = login
  const own = privateKeyFile === undefined ? [] : [await ownKey(host, privateKeyFile)]
  const others = await Promise.all(
    privateKeyFile === undefined && identityFiles.length === 0
      ? defaultKeys.map((name) => readKey(join(homedir(), '.ssh', name)))
      : identityFiles.map(readKey),
  )
  const agent = privateKeyFile === undefined ? process.env['SSH_AUTH_SOCK'] : undefined
  const { user: username } = login
  const methods: AnyAuthMethod[] = [
    ...(login.password === undefined ? [] : byPassword(username, login.password)),
    ...(agent ? [{ type: 'agent' as const, username, agent }] : []),
    ...[...own, ...others].flatMap((key) =>
      key instanceof Error ? [] : [{ type: 'publickey' as const, username, key }],
    ),
  ]
  if (methods.length > 0) return methods
  throw new LoginRefused(
    host,
    'no key to log in with: no SSH agent and no unencrypted key in ~/.ssh; set ansible_ssh_private_key_file',
  )
}

/** Hosts that ask by PAM do not take it as a password at once, but answer a question of theirs with it. */
function byPassword(username: string, password: string): AnyAuthMethod[] {
  return [
    { type: 'password', username, password },
    {
      type: 'keyboard-interactive',
      username,
      prompt: (_name, _instructions, _language, prompts, finish) =>
        finish(prompts.map(() => password)),
    },
  ]
}

async function ownKey(host: string, file: string): Promise<Buffer> {
  const key = await readKey(file)
  if (!(key instanceof Error)) return key
  throw new LoginRefused(host, `private key ${file}: ${key.message}`, { cause: key })
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
