import { expect, it, vi } from 'vitest'
import { mergeOverrides } from './merge.js'

const files = [
  { path: 'keystone/ldap.j2', text: '  {% if true %}\nurl = {{ url }}\n  {% endif %}\n' },
  { path: 'shared.j2', text: 'shared = yes\n' },
  { path: 'circle.j2', text: "{% include 'circle.j2' %}" },
  { path: 'keystone/token', text: 'abc\n' },
]

function merge(text: string) {
  const override = { path: 'keystone/keystone.conf', text }
  const scope = (name: string) => (name === 'url' ? 'ldap://x' : undefined)
  const { text: merged, findings } = mergeOverrides('oslo', '', [override], scope, files)
  return findings.map(({ message }) => message).join() || merged
}

it.each([
  ["[ldap]\n{% include 'ldap.j2' %}", '[ldap]\nurl = ldap://x\n'],
  ["[a]\n{% include ['none.j2', 'shared.j2'] %}", '[a]\nshared = yes\n'],
  ["[a]\nx = 1\n{% include 'none.j2' ignore missing %}\n", '[a]\nx = 1\n'],
  ["[a]\nx = {{ lookup('file', 'token') }}\n", '[a]\nx = abc\n'],
  ["[a]\nx = {{ lookup('env', 'MY_REGION') }}\n", '[a]\nx = north\n'],
])('%j', (text, merged) => {
  vi.stubEnv('MY_REGION', 'north')
  expect(merge(text)).toBe(merged)
})

it.each([
  ["{% include 'none.j2' %}", "the file 'none.j2' to include is not below config/"],
  ["{% include 'circle.j2' %}", "'circle.j2' includes itself"],
  ["{{ lookup('file', '/etc/shadow') }}", "not '/etc/shadow'"],
  ["{{ lookup('env', 'NOT_SET_HERE') }}", 'NOT_SET_HERE is not set in the environment'],
  ["{{ lookup('env', 'TEMPORAL_API_KEY') }}", 'is not for files of a cloud'],
  ["{{ lookup('pipe', 'id') }}", "lookup('pipe') is not understood"],
])('refuses %s', (text, message) => {
  expect(merge(text)).toContain(message)
})
