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

const errors = (files: CloudFiles) =>
  readCloud(files).findings.filter(({ severity }) => severity === 'error')

it("gives the operator's files another release, and all that depends on it", () => {
  const { cloud } = readCloud(withRelease(files, '2026.1'))
  expect(errors(withRelease(files, '2026.1'))).toEqual([])
  expect(readCloud(files).cloud?.globals.openstack_release).toBe('2025.2')
  expect(cloud?.globals.openstack_release).toBe('2026.1')
  expect(cloud?.globals.openstack_tag).toContain('2026.1')
  expect(cloud?.hosts[0]?.globals.openstack_release).toBe('2026.1')
})

it('wins over a file of globals.d, as often as it is asked', () => {
  const own = { path: 'globals.d/release.json', text: '{"openstack_release": "2025.2"}' }
  const more: CloudFiles = { ...files, globalsD: [own] }
  expect(readCloud(more).cloud?.globals.openstack_release).toBe('2025.2')
  const there = withRelease(more, '2026.1')
  expect(errors(there)).toEqual([])
  expect(readCloud(there).cloud?.globals.openstack_release).toBe('2026.1')
  expect(readCloud(withRelease(there, '2025.2')).cloud?.globals.openstack_release).toBe('2025.2')
})
