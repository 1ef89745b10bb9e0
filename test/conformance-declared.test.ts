import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { differencesSection } from './conformance/differences.js'
import {
  notReadSection,
  overridesTable,
  readPaths,
  wantedPaths,
} from './conformance/override-paths.js'

const docs = fileURLToPath(new URL('../docs/globals.md', import.meta.url))

it('reads overrides where kolla-ansible reads them, and nowhere else', () => {
  expect(readPaths()).toEqual(wantedPaths())
})

// `npx vitest run test/conformance-declared.test.ts -u` writes the sections anew.
it('tells in docs/globals.md what is declared', async () => {
  const sections = {
    differences: differencesSection(),
    overrides: overridesTable(),
    'overrides that are not read': notReadSection(),
  }
  let text = readFileSync(docs, 'utf8')
  for (const [name, section] of Object.entries(sections)) {
    const place = new RegExp(`(<!-- ${name}: .*? -->\n).*?(\n<!-- end -->)`, 's')
    expect(text).toMatch(place)
    text = text.replace(place, (_, begin: string, end: string) => `${begin}\n${section}\n${end}`)
  }
  await expect(text).toMatchFileSnapshot(docs)
})
