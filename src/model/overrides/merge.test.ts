import { describe, expect, it } from 'vitest'
import { formatFinding } from '../finding.js'
import type { Value } from '../jinja/render.js'
import { mergeOverrides, overridesFor } from './merge.js'
import type { MergeKind } from './merge.js'
import { unusedOverrides } from './unused.js'

const variables: Record<string, Value> = { port: 5000, inventory_hostname: 'kolla1' }

function merge(kind: MergeKind, base: string, ...texts: string[]) {
  const overrides = texts.map((text, index) => ({ path: `file${index}`, text }))
  const { text, findings } = mergeOverrides(kind, base, overrides, (name) => variables[name])
  return { text, findings: findings.map(formatFinding) }
}

describe('merges key by key', () => {
  it.each<[string, MergeKind, string, string[], string]>([
    ['no override', 'oslo', '[a]\nx=1 # kept\n', [], '[a]\nx=1 # kept\n'],
    [
      'a changed and a new option',
      'oslo',
      '[a]\nx = 1\ny = 2\n',
      ['[a]\nx = 3\nz=4'],
      '[a]\nx = 3\ny = 2\nz = 4\n',
    ],
    ['a new section', 'oslo', '[a]\nx = 1\n', ['[b]\ny = 2\n'], '[a]\nx = 1\n\n[b]\ny = 2\n'],
    [
      'later overrides win',
      'oslo',
      '[a]\nx = 1\n',
      ['[a]\nx = 2\n', '[a]\nx = 3\n'],
      '[a]\nx = 3\n',
    ],
    [
      'repeated options as a whole',
      'oslo',
      '[a]\nx = 1\nx = 2\n',
      ['[a]\nx = 3\nx = 4\nx = 5'],
      '[a]\nx = 3\nx = 4\nx = 5\n',
    ],
    [
      'one override may split a section',
      'oslo',
      '',
      ['[a]\nx = 1\n[b]\ny = 1\n[a]\nx = 2\n'],
      '[a]\nx = 1\nx = 2\n\n[b]\ny = 1\n',
    ],
    [
      'a value of several lines',
      'oslo',
      '[a]\nx = 1\n',
      ['[a]\nx = one\n  two\n'],
      '[a]\nx = one\n    two\n',
    ],
    ['colons', 'oslo', '', ['[a]\nx: http://b=c\n'], '[a]\nx = http://b=c\n'],
    ['an emptied option', 'oslo', '[a]\nx = 1\n', ['[a]\nx =\n'], '[a]\nx =\n'],
    [
      'options before any section',
      'oslo',
      'x = 1\n[a]\ny = 1\n',
      ['x = 2'],
      'x = 2\n\n[a]\ny = 1\n',
    ],
    [
      "MariaDB's bare options",
      'ini',
      '[mysqld]\nskip-name-resolve\nport = 1\n',
      ['[mysqld]\nport=2\nskip-log-bin'],
      '[mysqld]\nskip-name-resolve\nport = 2\nskip-log-bin\n',
    ],
    ['quotes stay', 'ini', '', ['[a]\nx = "b # c"\n'], '[a]\nx = "b # c"\n'],
    [
      'JSON',
      'json',
      '{"a": {"b": 1, "c": [1]}}',
      ['{"a": {"c": [2], "d": null}}'],
      '{\n  "a": {\n    "b": 1,\n    "c": [\n      2\n    ],\n    "d": null\n  }\n}\n',
    ],
    ['YAML', 'yaml', 'a:\n  b: 1\n', ['a:\n  c: 2\n'], 'a:\n  b: 1\n  c: 2\n'],
    ['a file as a whole', 'whole', 'a', ['b {{ port }}\n'], 'b 5000\n'],
    [
      'Jinja',
      'oslo',
      '[a]\nx = 1\n',
      [
        '[a]\nx = {{ port + 1 }}\n{% if inventory_hostname == "kolla1" %}\ny = {{ inventory_hostname }}\n{% endif %}\n',
      ],
      '[a]\nx = 5001\ny = kolla1\n',
    ],
  ])('%s', (_, kind, base, overrides, text) => {
    expect(merge(kind, base, ...overrides)).toEqual({ text, findings: [] })
  })
})

/** What kolla-ansible 22.2.0's own `OverrideConfigParser` makes of it, over oslo.config's parser. */
describe("reads as kolla-ansible's merge_configs", () => {
  it.each<[string, string, string]>([
    [
      'blocks that are indented',
      "[federation]\n{% for h in ['a','b'] %}\n  {% if true %}\ntrusted_dashboard = {{ h }}\n  {% endif %}\n{% endfor %}\n[b]\nx = 1\n",
      '[federation]\ntrusted_dashboard = a\ntrusted_dashboard = b\n\n[b]\nx = 1\n',
    ],
    ['an option below another, indented', '[a]\nx = 1\n\ty = 2\n', '[a]\nx = 1\n    y = 2\n'],
    ['a comment that is indented', '[a]\nx = 1\n  # c\n', '[a]\nx = 1\n    # c\n'],
    ['a colon', '[mysqld]\nmax_connections: 5000\n', '[mysqld]\nmax_connections = 5000\n'],
    [
      'a line #jinja2:',
      '#jinja2: lstrip_blocks: False, trim_blocks: True\n[a]\nx = 1\n  {% if true %}\ny\n{% endif %}',
      '[a]\nx = 1\n    y\n',
    ],
  ])('%s', (_, text, merged) => {
    for (const kind of ['oslo', 'ini'] as const) {
      expect(merge(kind, '', text)).toEqual({ text: merged, findings: [] })
    }
  })

  it('but leaves the blanks of a file that is taken whole', () => {
    expect(merge('whole', '', 'a\n  {% if true %}\nb\n  {% endif %}\n').text).toBe('a\n  b\n  ')
  })
})

describe('tells what is broken, and merges the rest', () => {
  it.each<[MergeKind, string, string]>([
    ...['[a]\n\tx = 1\n\ty = 2', '[a]\n  # comment'].map((text): [MergeKind, string, string] => [
      'oslo',
      text,
      '2: error: this indented line continues nothing: begin it at the left',
    ]),
    [
      'ini',
      '[a]\nx = 1\n# comment\n  y = 2',
      '4: error: this indented line continues nothing: begin it at the left',
    ],
    [
      'oslo',
      '#jinja2: trim_blocks: True\n[a]\nx',
      '3: error: this line sets nothing: write key = value',
    ],
    [
      'oslo',
      "#jinja2: variable_start_string: '[%'\n[a]\nx = 1",
      ' error: of a #jinja2: line only trim_blocks and lstrip_blocks are understood: define it, or write the value itself',
    ],
    ['oslo', '[a]\nx', '2: error: this line sets nothing: write key = value'],
    ['oslo', '\n[a', '2: error: this section header is broken: write it as [name]'],
    [
      'oslo',
      '[a]\nx = 1\ny = {{ missing }}',
      '3: error: missing is not defined: define it, or write the value itself',
    ],
    [
      'oslo',
      '[a]\nx = {{ port | no_such }}',
      "2: error: the filter 'no_such' is not understood: write what it would make",
    ],
    ['json', '{\n"a": 1,\n}', '3: error: this is no JSON: '],
    ['yaml', 'a: 1\nb: [', '2: error: this is no YAML: '],
  ])('%s %j', (kind, text, finding) => {
    const base = kind === 'json' ? '{"z": 1}' : kind === 'yaml' ? 'z: 1' : 'z = 1'
    const good = kind === 'json' ? '{"z": 2}' : kind === 'yaml' ? 'z: 2' : 'z = 2'
    const merged = merge(kind, base, text, good)
    expect(merged.text).toMatch(/z.*2/)
    expect(merged.findings).toHaveLength(1)
    expect(merged.findings[0]).toContain(`config/file0:${finding}`)
  })
})

it.each([
  [
    'nova/policy.yaml',
    'a: 1\nb:\t{{ port }}: c\n',
    'config/nova/policy.yaml:2: error: this is no YAML',
  ],
  ['nova/vendordata.json', '{"a": }', 'config/nova/vendordata.json:1: error: this is no JSON'],
  ['nova/policy.yaml', '# nothing yet\n', undefined],
  ['nova/policy.yaml', 'a: x\na: y\n', undefined],
  ['rabbitmq/rabbitmq.conf', 'a: [', undefined],
])('reads of a file that is taken whole what its name says: %s %j', (path, text, finding) => {
  const { findings } = mergeOverrides('whole', '', [{ path, text }], () => 5000)
  expect(findings.map(formatFinding)).toEqual(
    finding === undefined ? [] : [expect.stringContaining(finding)],
  )
})

it('refuses what is no text', () => {
  const override = { path: 'keystone.conf', text: '', problem: 'this is no text in UTF-8' }
  const { text, findings } = mergeOverrides('whole', 'a', [override], () => undefined)
  expect(text).toBe('a')
  expect(findings.map(formatFinding)).toEqual([
    'config/keystone.conf: error: this is no text in UTF-8: mend or remove it',
  ])
})

it('quotes no secret in a finding', () => {
  const scope = () => 'S3cret'
  for (const text of ['[a]\n{{ p }}', '[{{ p }}', '[a]\nx = {{ p | abs }}']) {
    const { findings } = mergeOverrides('oslo', '', [{ path: 'a', text }], scope)
    expect(findings).toHaveLength(1)
    expect(JSON.stringify(findings)).not.toContain('S3cret')
  }
  for (const kind of ['json', 'yaml'] as const) {
    const { findings } = mergeOverrides(
      kind,
      '',
      [{ path: 'a', text: '{"a": "{{ p }}" "{{ p }}", {{ p }}' }],
      scope,
    )
    expect(findings).toHaveLength(1)
    expect(JSON.stringify(findings)).not.toContain('S3cret')
  }
})

describe('overrides of a file', () => {
  const all = [
    'global.conf',
    'keystone.conf',
    'keystone/keystone.conf',
    'keystone/kolla1/keystone.conf',
    'keystone/kolla2/keystone.conf',
    'keystonee.conf',
  ]
  const overrides = all.map((path) => ({ path, text: '' }))

  it('come in the order of their paths, whatever is there', () => {
    const paths = ['global.conf', 'keystone.conf', 'keystone/<host>/keystone.conf']
    const found = (host: string) =>
      overridesFor([...overrides].reverse(), { paths, host }).map(({ path }) => path)
    expect(found('kolla1')).toEqual([...all.slice(0, 2), 'keystone/kolla1/keystone.conf'])
    expect(found('kolla9')).toEqual(all.slice(0, 2))
  })

  it('that nothing reads are told', () => {
    expect(unusedOverrides(overrides, all.slice(0, 5)).map(formatFinding)).toEqual([
      "config/keystonee.conf: warning: nothing that is deployed reads this file, did you mean 'keystone.conf'?",
    ])
  })
})
