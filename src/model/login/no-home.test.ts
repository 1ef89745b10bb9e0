import type * as os from 'node:os'
import { expect, it, vi } from 'vitest'
import { cloudOf, small } from '../testing/read.js'

vi.mock('node:os', async (original) => ({
  ...(await original<typeof os>()),
  homedir: () => {
    throw new Error('uv_os_homedir returned ENOENT')
  },
}))

it('who has no home reads a login that names none', () => {
  const variables = 'ansible_ssh_private_key_file=/keys/own\nansible_ssh_common_args=-J gate'
  const [host] = cloudOf({
    ...small,
    inventory: `${small.inventory}[all:vars]\n${variables}\n`,
    sshConfig: 'Host gate\n IdentityFile /keys/%h\n',
  }).hosts
  expect(host?.connection).toMatchObject({
    privateKeyFile: '/keys/own',
    jumps: [{ name: 'gate', identityFiles: ['/keys/gate'] }],
  })
})
