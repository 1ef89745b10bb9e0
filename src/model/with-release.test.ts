import { expect, it } from 'vitest'
import type { CloudFiles } from './cloud.js'
import { readCloud } from './read-cloud.js'
import { withRelease } from './with-release.js'

const inventory = ['control', 'network', 'compute', 'monitoring', 'storage']
  .map((group) => `[${group}]\nkolla1 openstack_release=2025.2\n`)
  .join('')

const files: CloudFiles = {
  name: 'demo',
  inventory: { path: 'multinode', text: inventory },
  globals: {
    path: 'globals.yml',
    text: '---\nopenstack_release: "2025.2" # since spring\nkolla_internal_vip_address: "192.168.8.75"',
  },
  passwords: { path: 'passwords.yml', text: '' },
  overrides: [],
}

it("gives the operator's files another release, and all that depends on it", () => {
  const { cloud, findings } = readCloud(withRelease(files, '2026.1'))
  expect(findings.filter(({ severity }) => severity === 'error')).toEqual([])
  expect(readCloud(files).cloud?.globals.openstack_release).toBe('2025.2')
  expect(cloud?.globals.openstack_release).toBe('2026.1')
  expect(cloud?.globals.openstack_tag).toContain('2026.1')
  expect(cloud?.hosts[0]?.globals.openstack_release).toBe('2026.1')
})
