import { applyFilter, applyTest, callMethod } from './apply.js'
import { testMark } from './ast.js'
import type { Call, Node } from './ast.js'
import { format } from './format.js'
import { lookup } from './lookups.js'
import { kollaAddress } from './kolla-address.js'
import {
  compare,
  contains,
  defined,
  equal,
  Float,
  isNumber,
  itemsOf,
  JinjaError,
  memberOf,
  numberOf,
  own,
  pythonText,
  truth,
  typeName,
  Undefined,
  UnknownWord,
} from './values.js'
import type { Scope, Value } from './values.js'

const constants: Readonly<Record<string, Value>> = {
  true: true,
  True: true,
  false: false,
  False: false,
  none: null,
  None: null,
}

export function evaluate(node: Node, scope: Scope): Value {
  switch (node.type) {
    case 'StringLiteral':
    case 'IntegerLiteral':
      return node.value
    case 'FloatLiteral':
      return Number.isInteger(node.value) ? new Float(node.value) : node.value
    case 'ArrayLiteral':
    case 'TupleLiteral':
      return node.value.map((item) => evaluate(item, scope))
    case 'ObjectLiteral': {
      const entries = [...node.value].map(([key, value]) => [
        pythonText(evaluate(key, scope)),
        evaluate(value, scope),
      ])
      return Object.fromEntries(entries) as Value
    }
    case 'Identifier': {
      const constant = own(constants, node.value)
      const value = constant === undefined ? scope(node.value) : constant
      return value === undefined ? new Undefined(node.value) : value
    }
    case 'MemberExpression':
      return member(node, scope)
    case 'CallExpression':
      return call(node, scope)
    case 'FilterExpression':
      return filter(node, scope)
    case 'TestExpression':
      return applyTest(node.test.value, evaluate(node.operand, scope), []) !== node.negate
    case 'UnaryExpression':
      return unary(node.operator.value, evaluate(node.argument, scope))
    case 'BinaryExpression':
      return binary(node, scope)
    case 'Ternary':
      return evaluate(
        truth(evaluate(node.condition, scope)) ? node.trueExpr : node.falseExpr,
        scope,
      )
    case 'SelectExpression':
      return truth(evaluate(node.test, scope))
        ? evaluate(node.lhs, scope)
        : new Undefined('a value whose condition is false and that has no else', true)
    default:
      throw new JinjaError(`${node.type} is not understood here`)
  }
}

function member(node: Node & { type: 'MemberExpression' }, scope: Scope): Value {
  const object = evaluate(node.object, scope)
  if (node.property.type === 'SliceExpression') {
    const { start, stop, step } = node.property
    const bound = (at: Node | undefined) =>
      at === undefined ? undefined : numberOf(evaluate(at, scope))
    if (step !== undefined) throw new JinjaError('a slice with a step is not understood')
    const items = itemsOf(object).slice(bound(start), bound(stop))
    return typeof object === 'string' ? items.map(pythonText).join('') : items
  }
  const name =
    node.property.type === 'Identifier' && !node.computed ? node.property.value : undefined
  const value = memberOf(object, name ?? evaluate(node.property, scope))
  return value instanceof Undefined ? new Undefined(describe(node)) : value
}

function describe(node: Node): string {
  if (node.type === 'Identifier') return node.value
  if (node.type !== 'MemberExpression') return '…'
  const property = node.property
  if (!node.computed && property.type === 'Identifier') {
    return `${describe(node.object)}.${property.value}`
  }
  const key = property.type === 'StringLiteral' ? `'${property.value}'` : describe(property)
  return `${describe(node.object)}[${key}]`
}

function argumentsOf(nodes: readonly Node[], scope: Scope): [Value[], Record<string, Value>] {
  const positional: Value[] = []
  const named: Record<string, Value> = {}
  for (const node of nodes) {
    if (node.type === 'KeywordArgumentExpression')
      named[node.key.value] = evaluate(node.value, scope)
    else positional.push(evaluate(node, scope))
  }
  return [positional, named]
}

function call(node: Call, scope: Scope): Value {
  const [args, named] = argumentsOf(node.args, scope)
  const { callee } = node
  if (callee.type === 'MemberExpression' && callee.property.type === 'Identifier') {
    return callMethod(defined(evaluate(callee.object, scope)), callee.property.value, args)
  }
  if (callee.type === 'Identifier' && callee.value === 'range') {
    const [start, stop] = args.length > 1 ? args.map(numberOf) : [0, ...args.map(numberOf)]
    return Array.from(
      { length: Math.max(0, (stop ?? 0) - (start ?? 0)) },
      (_, i) => i + (start ?? 0),
    )
  }
  if (callee.type === 'Identifier' && ['lookup', 'query', 'q'].includes(callee.value)) {
    return lookup(callee.value !== 'lookup', args, named, scope)
  }
  throw new UnknownWord(`the function '${describe(callee)}()' is not understood`)
}

function filter(node: Node & { type: 'FilterExpression' }, scope: Scope): Value {
  const input = evaluate(node.operand, scope)
  const [name, [args, named]] =
    node.filter.type === 'Identifier'
      ? [node.filter.value, argumentsOf([], scope)]
      : [describe(node.filter.callee), argumentsOf(node.filter.args, scope)]
  if (name.startsWith(testMark)) {
    const [test = '', not] = name.slice(testMark.length).split(' ')
    return applyTest(test, input, args) !== (not === 'not')
  }
  if (name === 'kolla_address') return kollaAddress(input, args[0] ?? named.hostname, scope)
  return applyFilter(name, input, args, named)
}

function unary(operator: string, value: Value): Value {
  if (operator === 'not') return !truth(value)
  const sign = operator === '-' ? -1 : 1
  return value instanceof Float ? new Float(sign * value.value) : sign * numberOf(value)
}

const comparisons = new Set(['==', '!=', '<', '>', '<=', '>=', 'in', 'not in'])

function binary(node: Node & { type: 'BinaryExpression' }, scope: Scope): Value {
  const operator = node.operator.value
  const left = evaluate(node.left, scope)
  if (operator === 'and') return truth(left) ? evaluate(node.right, scope) : left
  if (operator === 'or') return truth(left) ? left : evaluate(node.right, scope)
  // Python chains `a < b < c`; the parser reads it as `(a < b) < c`.
  if (node.left.type === 'BinaryExpression' && comparisons.has(operator)) {
    if (comparisons.has(node.left.operator.value)) {
      throw new JinjaError('a chain of comparisons is not understood: join them with `and`')
    }
  }
  const right = defined(evaluate(node.right, scope))
  return operate(operator, defined(left), right)
}

function operate(operator: string, left: Value, right: Value): Value {
  switch (operator) {
    case '==':
      return equal(left, right)
    case '!=':
      return !equal(left, right)
    case 'in':
      return contains(right, left)
    case 'not in':
      return !contains(right, left)
    case '<':
      return compare(left, right) < 0
    case '>':
      return compare(left, right) > 0
    case '<=':
      return compare(left, right) <= 0
    case '>=':
      return compare(left, right) >= 0
    case '~':
      return pythonText(left) + pythonText(right)
    case '+':
      if (typeof left === 'string' && typeof right === 'string') return left + right
      if (Array.isArray(left) && Array.isArray(right)) return [...left, ...right]
      break
    case '*':
      if (typeof left === 'string' && typeof right === 'number') return left.repeat(right)
      break
    case '%':
      if (typeof left === 'string') return format(left, Array.isArray(right) ? right : [right])
      break
  }
  return arithmetic(operator, left, right)
}

function arithmetic(operator: string, left: Value, right: Value): Value {
  for (const side of [left, right]) {
    if (isNumber(side) || typeof side === 'boolean') continue
    throw new JinjaError(`'${operator}' with ${typeName(side)} is not understood`)
  }
  const [a, b] = [numberOf(left), numberOf(right)]
  if (b === 0 && ['/', '//', '%'].includes(operator)) throw new JinjaError('a division by zero')
  const results: Record<string, number> = {
    '+': a + b,
    '-': a - b,
    '*': a * b,
    '/': a / b,
    '//': Math.floor(a / b),
    '%': a - b * Math.floor(a / b),
    '**': a ** b,
  }
  const result = results[operator]
  if (result === undefined) throw new JinjaError(`the operator '${operator}' is not understood`)
  const float = (side: Value) => isNumber(side) && !Number.isInteger(side)
  const whole = Number.isInteger(result) && (operator === '/' || float(left) || float(right))
  return whole ? new Float(result) : result
}
