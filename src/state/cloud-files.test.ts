import { expect, it } from 'vitest'
import { testFiles } from '../catalog/testing/cloud.js'
import { besides, configdirOf } from './cloud-files.js'

const files = testFiles()
const at = (folder: string, text: string) => ({
  ...files,
  inventory: { path: `${folder}/hosts/multinode`, text },
  globals: { path: `${folder}/globals.yml`, text },
  passwords: { path: `${folder}/passwords.yml`, text },
})

it('kept files are taken for those of the directory where the cloud is now', () => {
  const moved = besides(at('/old', 'then'), at('/new', 'now'))
  expect(moved).toEqual(at('/new', 'then'))
  expect(configdirOf(moved)).toBe('/new')
})
