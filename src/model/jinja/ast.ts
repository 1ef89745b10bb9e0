import * as jinja from '@huggingface/jinja'
import { includesAsCalls } from './include.js'
import { ansibleLayout, laidOut } from './layout.js'
import type { Layout } from './layout.js'

/** Its declarations import without file endings, which TypeScript's nodenext does not follow: these are by hand. */
const { parse, tokenize } = jinja as unknown as {
  tokenize: (text: string) => Token[]
  parse: (tokens: readonly Token[]) => { body: Node[] }
}

interface Token {
  readonly value: string
  readonly type: string
}

/** What `@huggingface/jinja` parses to, as far as we evaluate it; its own package exports no node types. */
export type Node =
  | { type: 'Comment' | 'Break' | 'Continue' }
  | { type: 'If'; test: Node; body: Node[]; alternate: Node[] }
  | { type: 'For'; loopvar: Node; iterable: Node; body: Node[]; defaultBlock: Node[] }
  | { type: 'Set'; assignee: Node; value: Node | null; body: Node[] }
  | { type: 'StringLiteral'; value: string }
  | { type: 'IntegerLiteral' | 'FloatLiteral'; value: number }
  | { type: 'ArrayLiteral' | 'TupleLiteral'; value: Node[] }
  | { type: 'ObjectLiteral'; value: Map<Node, Node> }
  | Identifier
  | { type: 'MemberExpression'; object: Node; property: Node; computed: boolean }
  | { type: 'SliceExpression'; start?: Node; stop?: Node; step?: Node }
  | Call
  | { type: 'KeywordArgumentExpression'; key: Identifier; value: Node }
  | { type: 'FilterExpression'; operand: Node; filter: Identifier | Call }
  | { type: 'TestExpression'; operand: Node; negate: boolean; test: Identifier }
  | { type: 'UnaryExpression'; operator: { value: string }; argument: Node }
  | { type: 'BinaryExpression'; operator: { value: string }; left: Node; right: Node }
  | { type: 'Ternary'; condition: Node; trueExpr: Node; falseExpr: Node }
  | { type: 'SelectExpression'; lhs: Node; test: Node }

export interface Identifier {
  type: 'Identifier'
  value: string
}

export interface Call {
  type: 'CallExpression'
  callee: Node
  args: Node[]
}

/** The statements of a template, whose trailing newline is kept. */
export function parseTemplate(text: string, layout: Layout = ansibleLayout): Node[] {
  // The tokenizer drops one trailing newline.
  const tokens = tokenize(includesAsCalls(laidOut(text, layout)) + '\n')
  return parse(withCalledTests(withQualifiedNames(tokens))).body
}

/** The parser knows no dots in the names of filters and tests: `ansible.builtin.upper` becomes one word. */
function withQualifiedNames(tokens: readonly Token[]): Token[] {
  const joined: Token[] = []
  for (let at = 0; at < tokens.length; at++) {
    const token = tokens[at] as Token
    joined.push(token)
    if (!names(joined)) continue
    let name = token.value
    while (tokens[at + 1]?.type === 'Dot' && tokens[at + 2]?.type === 'Identifier') {
      name += `.${tokens[at + 2]?.value ?? ''}`
      at += 2
    }
    joined[joined.length - 1] = { ...token, value: name }
  }
  return joined
}

/** Whether the last of these tokens names a filter or a test. */
function names(tokens: readonly Token[]): boolean {
  const [before, last] = [tokens.at(-2), tokens.at(-1)]
  if (last?.type !== 'Identifier' || last.value === 'not') return false
  return (
    before?.type === 'Pipe' ||
    isWord(before, 'is') ||
    (isWord(before, 'not') && isWord(tokens.at(-3), 'is'))
  )
}

function isWord(token: Token | undefined, word: string): boolean {
  return token?.type === 'Identifier' && token.value === word
}

/** Begins the name of a filter that is a test with arguments; `not` after it negates. */
export const testMark = 'is '

/** The parser knows no arguments of tests: `x is match('a')` becomes a filter, which binds as closely. */
function withCalledTests(tokens: readonly Token[]): Token[] {
  const result: Token[] = []
  for (const token of tokens) {
    if (token.type === 'OpenParen' && names(result) && result.at(-2)?.type !== 'Pipe') {
      const test = result.pop() as Token
      const negated = isWord(result.at(-1), 'not')
      result.splice(
        negated ? -2 : -1,
        2,
        { value: '|', type: 'Pipe' },
        { ...test, value: testMark + test.value + (negated ? ' not' : '') },
      )
    }
    result.push(token)
  }
  return result
}
