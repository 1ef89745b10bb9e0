import { argument } from './arguments.js'
import { regular } from './regular.js'
import {
  compare,
  contains,
  equal,
  Float,
  isMapping,
  isNumber,
  numberOf,
  pythonText,
  truth,
  Undefined,
} from './values.js'
import type { Value } from './values.js'

export type Test = (value: Value, args: readonly Value[]) => boolean

const same: Test = (value, args) => equal(value, argument(args, 0, 'equalto'))
const greater: Test = (value, args) => compare(value, argument(args, 0, 'gt')) > 0
const less: Test = (value, args) => compare(value, argument(args, 0, 'lt')) < 0

export const tests: Readonly<Record<string, Test>> = {
  boolean: (value) => typeof value === 'boolean',
  defined: (value) => !(value instanceof Undefined),
  undefined: (value) => value instanceof Undefined,
  eq: same,
  equalto: same,
  '==': same,
  ne: (value, args) => !same(value, args),
  '!=': (value, args) => !same(value, args),
  gt: greater,
  '>': greater,
  lt: less,
  '<': less,
  ge: (value, args) => !less(value, args),
  '>=': (value, args) => !less(value, args),
  le: (value, args) => !greater(value, args),
  '<=': (value, args) => !greater(value, args),
  divisibleby: (value, args) => numberOf(value) % numberOf(argument(args, 0, 'divisibleby')) === 0,
  even: (value) => numberOf(value) % 2 === 0,
  odd: (value) => Math.abs(numberOf(value) % 2) === 1,
  false: (value) => value === false,
  true: (value) => value === true,
  falsy: (value) => !truth(value),
  truthy: (value) => truth(value),
  in: (value, args) => contains(argument(args, 0, 'in'), value),
  contains: (value, args) => contains(value, argument(args, 0, 'contains')),
  integer: (value) => typeof value === 'number' && Number.isInteger(value),
  float: (value) =>
    value instanceof Float || (typeof value === 'number' && !Number.isInteger(value)),
  iterable: (value) => typeof value === 'string' || Array.isArray(value) || isMapping(value),
  lower: (value) => pythonText(value) === pythonText(value).toLowerCase(),
  upper: (value) => pythonText(value) === pythonText(value).toUpperCase(),
  match: (value, args) =>
    regular(`^(?:${pythonText(argument(args, 0, 'match'))})`).test(pythonText(value)),
  search: (value, args) => regular(pythonText(argument(args, 0, 'search'))).test(pythonText(value)),
  mapping: (value) => isMapping(value),
  none: (value) => value === null,
  number: (value) => isNumber(value) || typeof value === 'boolean',
  sequence: (value) => typeof value === 'string' || Array.isArray(value) || isMapping(value),
  string: (value) => typeof value === 'string',
}
