import * as jinja from '@huggingface/jinja'

/** Its declarations import without file endings, which TypeScript's nodenext does not follow: these are by hand. */
const { parse, tokenize } = jinja as unknown as {
  tokenize: (text: string, options: { trim_blocks: boolean }) => unknown
  parse: (tokens: unknown) => { body: Node[] }
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

/** The statements of a template, whitespace handled as Ansible does: `trim_blocks`, trailing newline kept. */
export function parseTemplate(text: string): Node[] {
  // The tokenizer drops one trailing newline, whatever its options.
  return parse(tokenize(text + '\n', { trim_blocks: true })).body
}
