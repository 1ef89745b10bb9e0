import { homedir } from 'node:os'
import { resolve } from 'node:path'

/** Where a password of ansible-vault comes from. The password itself is kept nowhere. */
export interface VaultId {
  /** `default` where the operator names none. */
  readonly label: string
  /** Absolute path of a file with the password, or of a program that prints it. */
  readonly source: string
}

const unnamed = 'default'

/** What the command line of kolla-ansible, and Ansible's environment, take. */
export interface VaultOptions {
  readonly vaultId?: readonly string[]
  readonly vaultPasswordFile?: readonly string[]
}

/**
 * The sources that options name, and else the environment, in Ansible's order: `ANSIBLE_VAULT_IDENTITY_LIST`,
 * `--vault-id`, `--vault-password-file`, `ANSIBLE_VAULT_PASSWORD_FILE`. Undefined where nothing names one.
 */
export function vaultIdsOf(
  { vaultId = [], vaultPasswordFile = [] }: VaultOptions,
  environment: NodeJS.ProcessEnv,
): VaultId[] | undefined {
  const list = environment['ANSIBLE_VAULT_IDENTITY_LIST']?.split(',') ?? []
  const file = environment['ANSIBLE_VAULT_PASSWORD_FILE'] ?? ''
  const ids = [
    ...[...list.map((one) => one.trim()), ...vaultId].filter((one) => one !== '').map(split),
    ...[...vaultPasswordFile, ...(file === '' ? [] : [file])].map((source) => ({
      label: unnamed,
      source,
    })),
  ]
  const absolute = ids.map((id) => ({ ...id, source: absolutePath(id.source) }))
  const distinct = new Map(absolute.map((id) => [`${id.label}@${id.source}`, id]))
  return distinct.size === 0 ? undefined : [...distinct.values()]
}

/** Whether a source is a person who is asked. */
export function asksPerson({ source }: VaultId): boolean {
  return /(^|\/)(prompt|prompt_ask_vault_pass)$/.test(source)
}

/** `prod@~/vault-pass` */
function split(id: string): VaultId {
  const at = id.indexOf('@')
  if (at < 0) return { label: unnamed, source: id }
  return { label: id.slice(0, at) || unnamed, source: id.slice(at + 1) }
}

function absolutePath(path: string): string {
  return resolve(path.replace(/^~(?=\/|$)/, homedir()))
}
