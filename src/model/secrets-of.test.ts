import { expect, it } from 'vitest'
import { processorTime } from '../testing/processor-time.js'
import type { CloudFiles } from './cloud.js'
import { secretsOf } from './secrets-of.js'

const files = (changes: {
  passwords?: string
  globals?: string
  inventory?: string
  override?: string
}) => {
  const all: CloudFiles = {
    name: 'demo',
    inventory: { path: 'multinode', text: changes.inventory ?? '' },
    globals: { path: 'globals.yml', text: changes.globals ?? '' },
    passwords: { path: 'passwords.yml', text: changes.passwords ?? '' },
    overrides: [
      {
        path: changes.override?.startsWith('{') ? 'x.json' : 'x.conf',
        text: changes.override ?? '',
      },
    ],
  }
  return [...new Set(secretsOf(all))]
}

it('are all of passwords.yml, but the cluster that Ceph tells everybody', () => {
  const passwords = `a: one
b: 1234
ssh: {private_key: PRIVATE, public_key: PUBLIC}
ceph_cluster_fsid: cbae35a4-ba9d-4de6-a21d-1672719c44be
empty:
`
  const found = files({ passwords })
  expect(found).toEqual(expect.arrayContaining(['one', '1234', 'PRIVATE']))
  expect(found).not.toContain('cbae35a4-ba9d-4de6-a21d-1672719c44be')
  expect(found).not.toContain('PUBLIC')
})

it.each(['a: Hunter2\nb: [', 'a: "Hunter2\n', 'a: Hunter2\n<<: *no', "  a: 'Hunter2'\nb"])(
  'are known of a passwords.yml that is broken: %j',
  (passwords) => expect(files({ passwords }).join()).toContain('Hunter2'),
)

it.each([
  ['[ldap]\nuser = cn=admin\npassword = Hunter2\n'],
  ['password: Hunter2   # of the directory\n'],
  ['{"a": {"bind_password": "Hunter2"}}\n'],
  ['{\n  "bind_password": "Hunter2",\n}'],
  ['[{rabbit, [\n  {default_pass, <<"Hunter2">>}\n]}].\n'],
  ['    auth_pass Hunter2\n'],
  ['  stats auth admin:Hunter2\n'],
  ['connection = mysql+pymysql://k:Hunter2@10.0.0.1/keystone\n'],
])('are those of an override: %j', (override) => {
  expect(files({ override })).toContain('Hunter2')
})

it('are those in globals.yml and in the inventory', () => {
  const globals = `docker_registry_password: Hunter2
docker_custom_config: {proxies: {http-proxy: "http://me:Hunter3@proxy:3128"}}
keystone_admin_password: Hunter4
`
  const inventory = '[control]\nkolla1 ansible_password=Hunter5 ansible_become_pass="Hunter 6"\n'
  expect(files({ globals, inventory })).toEqual(
    expect.arrayContaining(['Hunter2', 'Hunter3', 'Hunter4', 'Hunter5', 'Hunter 6']),
  )
})

it('are no plain words, numbers and templates', () => {
  const globals = `fernet_token_expiry: 86400
keystone_token_provider: fernet
enable_x_token: yes
my_password: "{{ other_password }}"
`
  expect(files({ globals })).toEqual([])
})

it('come at once from whatever text', () => {
  const took = processorTime(() => {
    files({ override: '\n'.repeat(1e6) })
    files({ override: ' '.repeat(1e6), passwords: `a: ${' x'.repeat(4e5)}` })
  })
  expect(took).toBeLessThan(3000)
})

it('are those of an inventory in YAML, and whatever ansible-vault hid', () => {
  const inventory = `all:
  vars: {ansible_user: stack, ansible_become_password: "Hunter \\u0032"}
`
  expect(files({ inventory })).toContain('Hunter 2')
  const none = { path: '', text: '' }
  const vaulted = { name: 'demo', inventory: none, globals: none, passwords: none, overrides: [] }
  expect(secretsOf({ ...vaulted, vaulted: ['10.0.0.7'] })).toEqual(['10.0.0.7'])
})
