import { parseTemplate } from './ast.js'
import type { Call, Node } from './ast.js'
import { evaluate } from './evaluate.js'
import { besideName, includeCall } from './include.js'
import { ansibleLayout, withHeader } from './layout.js'
import type { Layout } from './layout.js'
import {
  defined,
  isMapping,
  itemsOf,
  JinjaError,
  Lookup,
  memberOf,
  pythonText,
  truth,
} from './values.js'
import type { Scope, Value } from './values.js'

export { JinjaError, Lookup } from './values.js'
export type { Scope, Value } from './values.js'

export function hasJinja(text: string): boolean {
  return /\{[{%#]|^#jinja2:/.test(text)
}

/**
 * The value of a template as Ansible has it: that of its expression where the template is nothing else
 * (`"{{ enable_magnum | bool }}"` is a boolean), text otherwise. Throws `JinjaError` for what is not understood
 * and for variables that are not defined.
 */
export function render(template: string, scope: Scope, layout = ansibleLayout): Value {
  if (!hasJinja(template)) return template
  const nodes = parse(template, layout)
  const [only] = nodes
  if (only && nodes.length === 1 && isExpression(only)) return plain(evaluate(only, scope))
  return renderBlock(nodes, new Frame(scope, layout))
}

/** The text of a template, for files: `True`, `None`, lists and mappings print as in Python. */
export function renderText(template: string, scope: Scope, layout = ansibleLayout): string {
  return pythonText(render(template, scope, layout))
}

/** The same templates are rendered for every host. */
const parsed = new Map<string, Node[]>()

function parse(template: string, wanted: Layout): Node[] {
  const key = `${String(wanted.lstripBlocks)} ${template}`
  const known = parsed.get(key)
  if (known) return known
  const { body, layout } = withHeader(template, wanted)
  try {
    const nodes = parseTemplate(body, layout)
    if (parsed.size === 1000) parsed.clear()
    parsed.set(key, nodes)
    return nodes
  } catch (error) {
    // At the end of its tokens the parser throws a TypeError of its own.
    const reason = error instanceof SyntaxError ? error.message : 'unexpected end'
    throw new JinjaError(`this Jinja is not understood (${reason})`, { cause: error })
  }
}

function isExpression(node: Node): boolean {
  const statements = ['If', 'For', 'Set', 'Comment', 'Break', 'Continue']
  return !statements.includes(node.type) && !isInclude(node)
}

function isInclude(node: Node): node is Call {
  if (node.type !== 'CallExpression') return false
  return node.callee.type === 'Identifier' && node.callee.value === includeCall
}

/** What a variable may hold: nothing undefined, and nothing lazy. */
function plain(value: Value): Value {
  const known = defined(value)
  if (known instanceof Lookup) throw new JinjaError('a mapping of this size is not a value')
  if (Array.isArray(known)) return known.map(plain)
  if (!isMapping(known)) return known
  return Object.fromEntries(Object.entries(known).map(([key, item]) => [key, plain(item)]))
}

class Frame {
  private readonly variables = new Map<string, Value>()

  constructor(
    private readonly outer: Scope,
    readonly layout: Layout,
    /** The files whose templates are being rendered. */
    readonly included: readonly string[] = [],
  ) {}

  readonly scope: Scope = (name) =>
    this.variables.has(name) ? this.variables.get(name) : this.outer(name)

  assign(target: Node, value: Value): void {
    if (target.type === 'Identifier') {
      this.variables.set(target.value, value)
    } else if (target.type === 'TupleLiteral') {
      const items = itemsOf(value)
      if (items.length !== target.value.length) {
        throw new JinjaError(`${items.length} values do not fit ${target.value.length} names`)
      }
      target.value.forEach((part, i) => this.assign(part, items[i] ?? null))
    } else {
      throw new JinjaError('this assignment is not understood')
    }
  }
}

function renderBlock(nodes: readonly Node[], frame: Frame): string {
  return nodes.map((node) => renderNode(node, frame)).join('')
}

function renderNode(node: Node, frame: Frame): string {
  switch (node.type) {
    case 'Comment':
      return ''
    case 'If':
      return renderBlock(
        truth(evaluate(node.test, frame.scope)) ? node.body : node.alternate,
        frame,
      )
    case 'For':
      return renderFor(node, frame)
    case 'Set': {
      const value = node.value ? evaluate(node.value, frame.scope) : renderBlock(node.body, frame)
      frame.assign(node.assignee, value)
      return ''
    }
    default:
      return isInclude(node) ? renderInclude(node, frame) : pythonText(evaluate(node, frame.scope))
  }
}

/** The first of the files that is there, with the variables of the template that includes it. */
function renderInclude({ args: [file, missing] }: Call, frame: Frame): string {
  const wanted = file ? evaluate(file, frame.scope) : null
  const names = (Array.isArray(wanted) ? wanted : [wanted]).map(pythonText)
  const files = frame.scope(besideName) ?? {}
  const name = names.find((one) => typeof memberOf(files, one) === 'string')
  if (name === undefined) {
    if (missing) return ''
    throw new JinjaError(`the file '${names.join("', '")}' to include is not below config/`)
  }
  if (frame.included.includes(name)) throw new JinjaError(`'${name}' includes itself`)
  const inner = new Frame(frame.scope, frame.layout, [...frame.included, name])
  return renderBlock(parse(pythonText(memberOf(files, name)), frame.layout), inner)
}

function renderFor(node: Node & { type: 'For' }, frame: Frame): string {
  const { iterable } = node
  const [list, test] =
    iterable.type === 'SelectExpression' ? [iterable.lhs, iterable.test] : [iterable, undefined]
  const frames = itemsOf(evaluate(list, frame.scope)).map((item) => {
    const inner = new Frame(frame.scope, frame.layout, frame.included)
    inner.assign(node.loopvar, item)
    return inner
  })
  const chosen = frames.filter((inner) => test === undefined || truth(evaluate(test, inner.scope)))
  if (chosen.length === 0) return renderBlock(node.defaultBlock, frame)
  const length = chosen.length
  return chosen
    .map((inner, index0) => {
      const place = { index: index0 + 1, index0, first: index0 === 0, last: index0 === length - 1 }
      inner.assign({ type: 'Identifier', value: 'loop' }, { ...place, length })
      return renderBlock(node.body, inner)
    })
    .join('')
}
