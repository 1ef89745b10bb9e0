import type { SourceFile } from '../../model/cloud.js'
import type { Finding } from '../../model/finding.js'
import { decoded } from '../decoded.js'
import type { VaultId } from './vault-ids.js'
import { NoVaultPassword, vaultPassword } from './vault-password.js'
import { decryptVaultText, isVaultText, parseVaultText } from './vault-text.js'
import { vaultValues, withValues } from './vault-values.js'

interface Place {
  readonly file: string
  readonly line: number
  readonly column: number
}

/**
 * Decrypts what ansible-vault has encrypted in an operator's files, in memory. Passwords are asked for when the first
 * such text is met, and forgotten with this object.
 */
export class Vault {
  /** What `!vault` hid, value by value. */
  readonly values: string[] = []
  /** What is wrong → where. */
  readonly #faults = new Map<string, Place[]>()
  /** What is wrong with sources of passwords, of which another one may open everything. */
  readonly #sources: Finding[] = []
  #passwords: Promise<readonly Password[]> | undefined

  constructor(private readonly ids: readonly VaultId[]) {}

  /** The file as it was before it, or values in it, were encrypted. */
  async open(file: SourceFile): Promise<SourceFile> {
    if (isVaultText(file.text)) return this.openWhole(file)
    const values = await Promise.all(
      vaultValues(file.text).map(async (value) => {
        const text = await this.#decrypt(value.ciphertext, placeIn(file, value.start))
        if (text !== undefined) this.values.push(text)
        return [value, text ?? ''] as const
      }),
    )
    return values.length === 0 ? file : { ...file, text: withValues(file.text, values) }
  }

  /** The same for what may be encrypted as a whole alone, because it is no YAML of Ansible's. */
  async openWhole(file: SourceFile): Promise<SourceFile> {
    if (!isVaultText(file.text)) return file
    return { ...file, text: (await this.#decrypt(file.text, placeIn(file, 0))) ?? '' }
  }

  /** One finding for each thing that is wrong, whatever number of places it is wrong in. */
  get problems(): Finding[] {
    const faults = [...this.#faults].map(([message, places]): Finding => {
      const sorted = places.sort((a, b) =>
        a.file < b.file ? -1 : a.file > b.file ? 1 : a.line - b.line,
      )
      const others = sorted.length - 1
      const more =
        others === 0 ? '' : ` (here and in ${others} other place${others === 1 ? '' : 's'})`
      return { severity: 'error', message: message + more, ...sorted[0] }
    })
    return [...this.#sources, ...faults]
  }

  async #decrypt(encrypted: string, place: Place): Promise<string | undefined> {
    const { text, fault } = await this.#attempt(encrypted)
    if (fault !== undefined) this.#faults.set(fault, [...(this.#faults.get(fault) ?? []), place])
    return text
  }

  async #attempt(encrypted: string): Promise<{ text?: string; fault?: string }> {
    const parsed = parseVaultText(encrypted)
    if (typeof parsed === 'string') return { fault: `this ${parsed}` }
    if (this.ids.length === 0) return { fault: noPassword }
    this.#passwords ??= this.#askAll()
    const passwords = await this.#passwords
    if (passwords.length === 0) return { fault: noSource }
    const isOwn = ({ label }: Password) => label === parsed.label
    for (const { password } of [...passwords].sort((a, b) => Number(isOwn(b)) - Number(isOwn(a)))) {
      const bytes = await decryptVaultText(parsed, password)
      const text = bytes && decoded(bytes)
      if (bytes) return text === undefined ? { fault: noText } : { text }
    }
    const wanted = parsed.label === undefined ? '' : ` with the vault id '${parsed.label}'`
    const tried = passwords.map(({ label, source }) => `'${label}' (${source})`).join(', ')
    return {
      fault: `ansible-vault has encrypted this${wanted}, and no password opens it that is known, those of ${tried}: name the right one with --vault-id or --vault-password-file`,
    }
  }

  async #askAll(): Promise<readonly Password[]> {
    const asked = await Promise.all(
      this.ids.map(async (id) => {
        try {
          return [{ ...id, password: await vaultPassword(id) }]
        } catch (error) {
          if (!(error instanceof NoVaultPassword)) throw error
          this.#sources.push({ severity: 'warning', message: error.message, file: id.source })
          return []
        }
      }),
    )
    return asked.flat()
  }
}

interface Password extends VaultId {
  readonly password: Buffer
}

const noPassword =
  'ansible-vault has encrypted this: name the file that holds the password, or a program that prints it, with --vault-password-file FILE or --vault-id LABEL@FILE (or in ANSIBLE_VAULT_PASSWORD_FILE) once; workers know it from then on'

const noSource =
  'ansible-vault has encrypted this, and no password can be had: see the warnings about where they were to come from'

const noText = 'what ansible-vault has encrypted here is no text in UTF-8: save it as UTF-8'

function placeIn({ path, text }: SourceFile, offset: number): Place {
  const before = text.slice(0, offset).split('\n')
  return { file: path, line: before.length, column: (before.at(-1)?.length ?? 0) + 1 }
}
