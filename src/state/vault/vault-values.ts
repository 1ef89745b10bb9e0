import { isScalar, parseAllDocuments, visit } from 'yaml'
import type { Scalar } from 'yaml'

/** A value of a YAML text that has the tag `!vault`. */
export interface VaultValue {
  readonly ciphertext: string
  /** Where its tag begins, and where it ends. */
  readonly start: number
  readonly end: number
}

/** The values of a YAML text that ansible-vault has encrypted one by one, in its order; none where it is no YAML. */
export function vaultValues(text: string): VaultValue[] {
  const found: VaultValue[] = []
  if (!/!vault\b/.test(text)) return found
  const documents = parseAllDocuments(text, {
    version: '1.1',
    uniqueKeys: false,
    logLevel: 'silent',
  })
  if (!Array.isArray(documents)) return found
  for (const document of documents) {
    visit(document, { Scalar: (_, node) => void found.push(...valueOf(text, node)) })
  }
  return found
}

function valueOf(text: string, node: Scalar): VaultValue[] {
  if (!isScalar<string>(node) || !node.range || !/^!vault(-encrypted)?$/.test(node.tag ?? '')) {
    return []
  }
  const [from, end] = node.range
  const tag = /!vault(-encrypted)?\s+(&\S+\s+)?$/.exec(text.slice(0, from))
  return tag ? [{ ciphertext: node.value, start: tag.index, end }] : []
}

/**
 * The same text with other values in the place of those, each as long in lines as before: what comes after it keeps its
 * place in messages.
 */
export function withValues(
  text: string,
  values: readonly (readonly [VaultValue, string])[],
): string {
  let rest = text
  for (const [{ start, end }, value] of [...values].reverse()) {
    const lines = rest.slice(start, end).split('\n').length - 1
    rest = rest.slice(0, start) + literal(value) + '\n'.repeat(lines) + rest.slice(end)
  }
  return rest
}

/** Ansible evaluates no Jinja in what was encrypted alone. */
function literal(value: string): string {
  const isTemplate = /\{[{%#]/.test(value)
  return JSON.stringify(isTemplate ? `{% raw %}${value}{% endraw %}` : value)
}
