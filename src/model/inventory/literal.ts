import { parseTemplate } from '../jinja/ast.js'
import { evaluate } from '../jinja/evaluate.js'
import type { Value } from '../jinja/render.js'
import { asFloat } from '../jinja/values.js'

const words: Readonly<Record<string, Value>> = { True: true, False: false, None: null }
const integer = /^[+-]?(0+|[1-9][0-9_]*)$/
const float = /^[+-]?(\d+\.\d*|\.\d+|\d+(\.\d*)?e[+-]?\d+)$/i
const hexadecimal = /^0x[0-9a-f]+$/i

/** A value of the inventory, typed as Ansible does: what is a Python literal is one, all else is text. */
export function inventoryValue(text: string): Value {
  const value = literal(text)
  if (value !== text || !text.includes('#')) return value
  // Python overlooks a comment behind a literal; behind anything else it is part of the text.
  const bare = text.replace(/\s*#.*$/, '')
  const before = literal(bare)
  return before === bare && !integer.test(bare) ? text : before
}

function literal(text: string): Value {
  const word = Object.hasOwn(words, text) ? words[text] : undefined
  if (word !== undefined) return word
  if (integer.test(text)) return whole(BigInt(text.replaceAll('_', '')))
  if (hexadecimal.test(text)) return whole(BigInt(text))
  if (float.test(text)) return asFloat(Number(text))
  if (!/^(\[.*\]|\{.*\}|\(.*\)|'.*'|".*")$/s.test(text) || text.includes('{{')) return text
  return collection(text)
}

/** One that JavaScript's numbers can't hold is text with all its digits, as in YAML. */
function whole(value: bigint): Value {
  return Number.isSafeInteger(Number(value)) ? Number(value) : String(value)
}

/** Lists, mappings and quoted texts are Jinja's own literals too; a name in them makes it text, as in Python. */
function collection(text: string): Value {
  try {
    const [only, ...rest] = parseTemplate(`{{ ${text} }}`)
    const literals = ['ArrayLiteral', 'ObjectLiteral', 'TupleLiteral', 'StringLiteral']
    if (!only || rest.length > 0 || !literals.includes(only.type)) return text
    const value = evaluate(only, () => {
      throw new Error('a name')
    })
    return value
  } catch {
    return text
  }
}
