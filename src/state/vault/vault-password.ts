import { execFile } from 'node:child_process'
import { access, constants, readFile } from 'node:fs/promises'
import { basename, extname } from 'node:path'
import { promisify } from 'node:util'
import type { VaultId } from './vault-ids.js'

const run = promisify(execFile)

/** Of a program that asks a password store. */
const PATIENCE = 60_000

/** A password that can't be had: one sentence about its source. */
export class NoVaultPassword extends Error {}

/**
 * The password that a file holds, or that a program prints: Ansible runs what is executable, and gives one whose name
 * ends in `-client` the vault id. @throws NoVaultPassword
 */
export async function vaultPassword({ label, source }: VaultId): Promise<Buffer> {
  const password = trimmed(
    (await isExecutable(source)) ? await printed(label, source) : await content(source),
  )
  if (password.length > 0) return password
  throw new NoVaultPassword(
    'this is to hold, or to print, a password of ansible-vault and is empty',
  )
}

async function content(file: string): Promise<Buffer> {
  try {
    return await readFile(file)
  } catch (error) {
    throw new NoVaultPassword(
      `this password file of ansible-vault can't be read (${codeOf(error)}): name one that the worker can read with --vault-password-file or --vault-id`,
    )
  }
}

async function printed(label: string, program: string): Promise<Buffer> {
  const isClient = basename(program, extname(program)).endsWith('-client')
  try {
    const { stdout } = await run(program, isClient ? ['--vault-id', label] : [], {
      encoding: 'buffer',
      timeout: PATIENCE,
    })
    return stdout
  } catch (error) {
    // What it prints may be, or tell of, a secret.
    throw new NoVaultPassword(
      `this program, which is to print a password of ansible-vault, fails (${codeOf(error)}): run it as the worker's user to see why`,
    )
  }
}

async function isExecutable(file: string): Promise<boolean> {
  return access(file, constants.X_OK).then(
    () => true,
    () => false,
  )
}

/** As Python's `strip` of bytes. */
function trimmed(password: Buffer): Buffer {
  return Buffer.from(
    password.toString('latin1').replace(/^[ \t\n\r\v\f]+|[ \t\n\r\v\f]+$/g, ''),
    'latin1',
  )
}

function codeOf(error: unknown): string {
  const { code, signal } = error as { readonly code?: string | number; readonly signal?: string }
  return typeof code === 'number' ? `exit code ${code}` : (code ?? signal ?? 'unknown reason')
}
