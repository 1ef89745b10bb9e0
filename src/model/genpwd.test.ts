import { createPublicKey } from 'node:crypto'
import { parse } from 'yaml'
import { describe, expect, it } from 'vitest'
import { genpwd } from './genpwd.js'
import { passwordKinds } from './kolla/names.js'
import type { KeyPair } from './passwords.js'

const template = new Map([...passwordKinds].filter(([, kind]) => kind !== 'ssh'))
const values = (text: string) => parse(text) as Record<string, string | null>

describe('genpwd', () => {
  it.each([
    ['keystone_admin_password', /^[A-Za-z0-9]{40}$/],
    [
      'cinder_rbd_secret_uuid',
      /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    ],
    ['osprofiler_secret', /^[0-9a-f]{32}$/],
    ['barbican_crypto_key', /^[\w-]{43}=$/],
    ['prometheus_bcrypt_salt', /^[A-Za-z0-9./]{22}$/],
  ])('makes %s of its kind', async (key, pattern) => {
    expect(values((await genpwd(undefined, template)).text)[key]).toMatch(pattern)
  })

  it("fills every key of kolla-ansible's file but the one that may stay blank", async () => {
    const { text, added } = await genpwd('', template)
    const keys = [...template.keys()].filter((key) => key !== 'docker_registry_password')
    expect(added).toEqual(keys)
    expect(Object.keys(values(text))).toEqual([...template.keys()])
    expect(text).toMatch(/^docker_registry_password:$/m)
  })

  it('makes no two values alike', async () => {
    const all = Object.values(values((await genpwd(undefined, template)).text)).filter(
      (value) => value !== null,
    )
    expect(new Set(all).size).toBe(all.length)
  })

  it('keeps what is set, with order and comments', async () => {
    const mine =
      '# my passwords\nkeystone_admin_password: secret # chosen\nmine: 007\ndatabase_password:\n'
    const { text, added } = await genpwd(
      mine,
      new Map([
        ['database_password', 'password'],
        ['keystone_admin_password', 'password'],
        ['rabbitmq_password', 'password'],
      ]),
    )
    expect(text).toMatch(
      /^# my passwords\nkeystone_admin_password: secret # chosen\nmine: 007\ndatabase_password: \w{40}\nrabbitmq_password: \w{40}\n$/,
    )
    expect(added).toEqual(['database_password', 'rabbitmq_password'])
  })

  it('leaves what ansible-vault has encrypted as it is', async () => {
    const vaulted =
      'database_password: !vault |\n          $ANSIBLE_VAULT;1.1;AES256\n          3039\n          3065\n'
    const two = new Map([
      ['database_password', 'password'],
      ['rabbitmq_password', 'password'],
    ] as const)
    const { text, added } = await genpwd(vaulted, two)
    expect(added).toEqual(['rabbitmq_password'])
    expect(text).toContain('database_password: !vault |')
    expect(parse(text, { logLevel: 'silent' })).toMatchObject({
      database_password: '$ANSIBLE_VAULT;1.1;AES256\n3039\n3065\n',
    })
  })

  it('changes nothing the second time', async () => {
    const first = (await genpwd(undefined, template)).text
    expect(await genpwd(first, template)).toEqual({ text: first, added: [] })
  })

  it('makes key pairs that belong together, and keeps them', async () => {
    const ssh = new Map([['keystone_ssh_key', 'ssh']] as const)
    const { text, added } = await genpwd('keystone_ssh_key:\n  private_key:\n  public_key:\n', ssh)
    expect(added).toEqual(['keystone_ssh_key'])
    const { keystone_ssh_key: pair } = parse(text) as { keystone_ssh_key: KeyPair }
    const { n = '' } = createPublicKey(pair.private_key).export({ format: 'jwk' })
    const wire = Buffer.from(pair.public_key.split(' ')[1] ?? '', 'base64')
    expect(wire.subarray(-512).toString('base64url')).toBe(n)
    expect(wire.readUInt32BE(0)).toBe('ssh-rsa'.length)
    expect((await genpwd(text, ssh)).added).toEqual([])
  }, 60_000)

  it.each([
    ['a: [', /is no YAML \(line 1\)/],
    ['- a\n', /must consist of lines key: value/],
    ['$ANSIBLE_VAULT;1.1;AES256\n36\n', /encrypted by ansible-vault: decrypt it, fill it/],
  ])('refuses %j', async (text, message) => {
    await expect(genpwd(text)).rejects.toThrow(message)
  })
})
