import { afterAll, describe, expect, it } from 'vitest'
import { compare } from './compare.js'
import { hiddenBy, patterns } from './differences.js'
import type { Pattern } from './differences.js'
import { formatDifferences } from './format.js'
import { inputs } from './inputs.js'
import { installed, releases, renderTheirs } from './kolla-ansible.js'
import { overridePaths, pathsOfRole } from './override-paths.js'
import { renderOurs } from './ours.js'
import { readTheirs } from './tree.js'

/*
 * kolla-ansible's own roles and our catalogue, given the same input, say the same in every file and ask the engine for
 * the same containers: or the difference stands in differences.yml with its reason.
 */
const all = await inputs()
const used = new Set<Pattern>()
let compared = 0

it('knows every path of an override that the roles of either release read', async () => {
  const trees = await Promise.all(releases.map(installed))
  for (const [role, paths] of Object.entries(overridePaths.roles)) {
    const read = await Promise.all(trees.map((tree) => pathsOfRole(tree, role)))
    expect([...new Set(read.flat())].sort(), role).toEqual([...paths].sort())
  }
})

describe.concurrent.each(all)('$name', ({ name, release, directory }) => {
  it('says what kolla-ansible says, or why not', async () => {
    const theirs = await readTheirs(await renderTheirs(name, directory, release))
    const unexplained = compare(theirs, await renderOurs(directory)).filter((difference) => {
      const hiding = hiddenBy(difference)
      for (const pattern of hiding) used.add(pattern)
      return hiding.length === 0
    })
    compared++
    expect(formatDifferences(unexplained)).toEqual([])
  })
})

afterAll(() => {
  // Whoever looks at one input does not see all of them.
  if (process.env['INPUTS'] !== undefined || compared < all.length) return
  expect(
    patterns.filter((one) => !used.has(one)),
    'patterns that hide nothing',
  ).toEqual([])
})
