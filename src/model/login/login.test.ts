import { homedir, userInfo } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Connection, SshConfigFile } from '../cloud.js'
import { cloudOf, read, small } from '../testing/read.js'
import { SshConfig } from './ssh-config.js'

const me = userInfo().username
const home = (path: string) => join(homedir(), path)

/** Of kolla1 with these variables in the inventory. */
function connection(variables: string, sshConfig?: string, passwords?: string): Connection {
  const texts = {
    ...small,
    inventory: `${small.inventory}[all:vars]\n${variables}\n`,
    ...(sshConfig !== undefined && { sshConfig }),
    ...(passwords !== undefined && { passwords }),
  }
  const [host] = cloudOf(texts).hosts
  if (!host) throw new Error('no host')
  return host.connection
}

const bastion = { name: 'bastion', address: 'bastion', port: 22, user: me }

describe('a host is reached through', () => {
  it.each([
    ['-J bastion', [bastion]],
    ['-o ProxyJump=bastion', [bastion]],
    ['-oproxyjump=bastion', [bastion]],
    ['-4vJ ops@bastion:2222', [{ ...bastion, user: 'ops', port: 2222 }]],
    ['-J ssh://ops@bastion:2222', [{ ...bastion, user: 'ops', port: 2222 }]],
    ['-J bastion,inner', [bastion, { ...bastion, name: 'inner', address: 'inner' }]],
    [`-o ProxyCommand="ssh -W %h:%p -q bastion"`, [bastion]],
    [
      `-o ProxyCommand="ssh -i /keys/id -p 2222 ops@bastion -W [%h]:%p"`,
      [{ ...bastion, user: 'ops', port: 2222, identityFiles: ['/keys/id'] }],
    ],
    ['-o ProxyJump=none -J bastion', undefined],
  ])('%s', (args, jumps) => {
    expect(connection(`ansible_ssh_common_args=${args}`).jumps).toEqual(jumps)
  })

  it('whatever ~/.ssh/config says of the host and of its jump hosts', () => {
    const config = `
Host kolla*
  ProxyJump inner
Host inner
  HostName 10.0.0.2
  ProxyJump gate
Host gate
  HostName gate.example.org
  User ops
  Port 2222
  IdentityFile ~/.ssh/gate
`
    expect(connection('', config).jumps).toEqual([
      {
        name: 'gate',
        address: 'gate.example.org',
        port: 2222,
        user: 'ops',
        identityFiles: [home('.ssh/gate')],
      },
      { name: 'inner', address: '10.0.0.2', port: 22, user: me },
    ])
  })

  it('no jump host twice: one that all hosts have is reached without it, a circle is refused', () => {
    expect(connection('', 'Host *\n ProxyJump bastion').jumps).toEqual([bastion])
    const circle = 'Host kolla*\n ProxyJump a\nHost a\n ProxyJump b\nHost b\n ProxyJump a\n'
    expect(read({ ...small, sshConfig: circle }).findings[0]).toBe(
      '/home/.ssh/config:4:1: error: jump hosts lead in a circle: kolla1 > a > b > a',
    )
  })
})

describe('whom one logs in to, and as whom', () => {
  it.each<[string, string, Partial<Connection>]>([
    ['ansible_ssh_extra_args=-p 2222', '', { port: 2222 }],
    ['ansible_ssh_args=-p 2222\nansible_port=1', '', { port: 2222 }],
    ['ansible_ssh_common_args=-p 2222\nansible_port=1', 'Host *\nPort 3', { port: 1 }],
    ['ansible_ssh_args=-o "User stack"', '', { user: 'stack', become: true }],
    ['', 'Host kolla1\nUser stack', { user: 'stack', become: true }],
    ['ansible_user=root', 'Host kolla1\nUser stack', { user: 'root', become: false }],
    [
      'ansible_host=to-{{ inventory_hostname }}',
      'Host to-kolla1\nHostName 10.0.0.7',
      { address: '10.0.0.7' },
    ],
    ['', 'Host *\nHostName %h.example.org', { address: 'kolla1.example.org' }],
    ['ansible_ssh_args=-i keys/id', '', { identityFiles: ['/cloud/keys/id'] }],
    [
      'ansible_ssh_args=-i /keys/id\nansible_user=stack',
      'IdentityFile=~/.ssh/%r\nIdentityFile none',
      { identityFiles: ['/keys/id', home('.ssh/stack')] },
    ],
    ['ansible_ssh_private_key_file=/keys/id', '', { privateKeyFile: '/keys/id' }],
  ])('%s %s', (variables, config, expected) => {
    expect(connection(variables, config)).toMatchObject(expected)
  })
})

describe('passwords', () => {
  it.each([
    ['ansible_become_password=s3cret', 's3cret'],
    ['ansible_become_pass=s3cret', 's3cret'],
    ['ansible_sudo_pass={{ mine }}\nmine=s3cret', 's3cret'],
    ['ansible_become_password=', undefined],
  ])('for sudo: %s', (variables, password) => {
    expect(connection(`ansible_user=stack\n${variables}`).becomePassword).toBe(password)
    expect(connection(variables)).not.toHaveProperty('becomePassword')
  })

  it('of passwords.yml overrule the inventory, as variables of a command line do', () => {
    const variables = 'ansible_user=stack\nansible_become_password=a\nansible_password=b'
    const { password, becomePassword } = connection(variables, '', 'ansible_become_password: c')
    expect([password, becomePassword]).toEqual(['b', 'c'])
  })
})

describe('~/.ssh/config', () => {
  const values = (file: SshConfigFile, alias: string) =>
    new SshConfig(file).optionsOf(alias).map(({ value }) => value)
  const file = (text: string, included = {}) => ({ path: 'config', text, included })

  it.each([
    ['Host kolla? !kolla2 other\nPort 1', 'kolla1', ['1']],
    ['Host kolla? !kolla2 other\nPort 1', 'kolla2', []],
    ['Host "a b" OTHER\n\tport "1"', 'other', ['1']],
    ['# Port 1\nport=2\nHost x\nPort 3\nMatch all\nPort 4', 'y', ['2', '4']],
    ['Match host kolla*,x originalhost *1\nPort 1', 'kolla1', ['1']],
    ['Match exec "true" host kolla1\nPort 1\nHost *\nPort 2', 'kolla1', ['2']],
  ])('%j of %s', (text, alias, expected) => {
    expect(values(file(text), alias)).toEqual(expected)
  })

  it('goes on in files that it includes, under the same conditions', () => {
    const inner = [file('Port 1\nHost kolla*\nUser a'), file('Host *\nUser b')]
    const text = 'Host k*\nInclude conf.d/* "other file"\nPort 2\n'
    const config = file(text, { 'conf.d/*': inner, 'other file': [file('User c')] })
    expect(values(config, 'kolla1')).toEqual(['1', 'a', 'b', 'c', '2'])
    expect(values(config, 'kit')).toEqual(['1', 'b', 'c', '2'])
    expect(values(config, 'x')).toEqual([])
  })

  it('warns of conditions that nobody checks, where they would matter', () => {
    const text = 'Match exec "ip route"\nPort 1\nUser a\nMatch user x\nCompression yes\n'
    expect(read({ ...small, sshConfig: text }).findings).toEqual([
      "/home/.ssh/config:2:1: warning: what stands below 'Match exec' is not read: use Host, or Match with all, host, originalhost",
    ])
  })
})
