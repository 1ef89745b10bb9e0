import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { formatFinding } from '../../model/finding.js'
import { readYamlMapping } from '../../model/yaml-file.js'
import { Vault } from './vault.js'

/** What the real ansible-vault (of ansible-core 2.19) has encrypted; `password` and `password.prod` open it. */
const testdata = join(import.meta.dirname, 'testdata')
const byFile = { label: 'default', source: join(testdata, 'password') }
const prod = { label: 'prod', source: join(testdata, 'password.prod') }

async function opened(name: string, ...ids: { label: string; source: string }[]) {
  const vault = new Vault(ids)
  const text = await readFile(join(testdata, name), 'utf8')
  const file = await vault.open({ path: name, text })
  const { variables } = readYamlMapping(file)
  return {
    text: file.text,
    values: Object.fromEntries([...variables].map(([key, { value }]) => [key, value])),
    lines: Object.fromEntries([...variables].map(([key, { place }]) => [key, place.line])),
    secrets: vault.values,
    findings: vault.problems.map(formatFinding),
  }
}

const passwords = {
  database_password: 'from-the-vault',
  keystone_admin_password: "wird: 'ein#Wort' \\ ü",
}

describe('a file of ansible-vault', () => {
  it('is decrypted, as a whole, with and without a vault id', async () => {
    expect((await opened('passwords.yml', byFile)).values).toEqual(passwords)
    expect((await opened('labelled.yml', byFile, prod)).values).toEqual(passwords)
    expect((await opened('labelled.yml', { ...prod, label: 'other' })).values).toEqual(passwords)
  })

  it('is decrypted value by value, and everything else keeps its line', async () => {
    const { values, lines, secrets, findings } = await opened('inline.yml', byFile, prod)
    expect(findings).toEqual([])
    expect(values).toEqual({
      network_interface: 'eth1',
      database_password: 'in line: "quoted" \\ ü',
      api_interface: 'eth2',
      keystone_admin_password: 'two\nlines\n',
      nested: { key: { deep: 'deep' } },
      last: 'here',
    })
    const text = (await readFile(join(testdata, 'inline.yml'), 'utf8')).split('\n')
    for (const [key, line] of Object.entries(lines)) expect(text[line - 1]).toMatch(`${key}:`)
    expect(secrets.sort()).toEqual(['deep', 'in line: "quoted" \\ ü', 'two\nlines\n'])
  })

  it('without a password is one sentence, however much is encrypted', async () => {
    const { findings, text } = await opened('inline.yml')
    expect(findings).toEqual([
      expect.stringMatching(
        /^inline\.yml:3:20: error: ansible-vault has encrypted this: name the file .*--vault-password-file FILE.* \(here and in 2 other places\)$/,
      ),
    ])
    expect(text).not.toContain('ANSIBLE_VAULT')
  })

  it('that no password opens says which were tried, and which vault id it has', async () => {
    const { findings } = await opened('labelled.yml', byFile)
    expect(findings).toEqual([
      `labelled.yml:1:1: error: ansible-vault has encrypted this with the vault id 'prod', and no password opens it that is known, those of 'default' (${byFile.source}): name the right one with --vault-id or --vault-password-file`,
    ])
  })

  it.each([
    ['$ANSIBLE_VAULT;1.0;AES\n36', /other than 1.1 and 1.2 with AES256/],
    ['$ANSIBLE_VAULT;1.1;AES256\n3', /is damaged since/],
    ['$ANSIBLE_VAULT;1.1;AES256\n36', /is damaged since/],
    ['$ANSIBLE_VAULT;1.1;AES256', /is damaged since/],
  ])('%j is refused', async (text, message) => {
    const vault = new Vault([byFile])
    expect(await vault.open({ path: 'a', text })).toEqual({ path: 'a', text: '' })
    expect(vault.problems.map(formatFinding).join()).toMatch(message)
  })
})

describe('a password', () => {
  let folder: string
  beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), 'vault-'))))
  afterEach(() => rm(folder, { recursive: true }))

  const program = async (name: string, text: string) => {
    const source = join(folder, name)
    await writeFile(source, `#!/bin/sh\n${text}\n`)
    await chmod(source, 0o755)
    return source
  }

  it('is what an executable file prints; one that ends in -client is told the vault id', async () => {
    const print = await program('print', 'echo "correct horse"')
    expect((await opened('passwords.yml', { label: 'default', source: print })).findings).toEqual(
      [],
    )
    const source = await program(
      'store-client.sh',
      '[ "$*" = "--vault-id prod" ] && echo production',
    )
    expect((await opened('labelled.yml', { label: 'prod', source })).findings).toEqual([])
  })

  it('that cannot be had is a warning while another one opens everything', async () => {
    const source = await program('broken', 'echo Hunter2 >&2; exit 3')
    const missing = { label: 'default', source: join(folder, 'missing') }
    const { values, findings } = await opened('passwords.yml', { ...prod, source }, missing, byFile)
    expect(values).toEqual(passwords)
    expect(findings.sort()).toEqual([
      `${source}: warning: this program, which is to print a password of ansible-vault, fails (exit code 3): run it as the worker's user to see why`,
      expect.stringContaining(
        "missing: warning: this password file of ansible-vault can't be read",
      ),
    ])
    const none = await opened('passwords.yml', missing)
    expect(none.findings).toHaveLength(2)
    expect(none.findings[1]).toMatch(/^passwords.yml:1:1: error: .* no password can be had/)
  })

  it('is not asked for where nothing is encrypted', async () => {
    const source = await program('tell', `touch ${join(folder, 'asked')}`)
    const vault = new Vault([{ label: 'default', source }])
    const plain = { path: 'globals.yml', text: '# !vault is what others use\na: 1\n' }
    expect(await vault.open(plain)).toEqual(plain)
    await expect(readFile(join(folder, 'asked'))).rejects.toThrow('ENOENT')
  })
})
