import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { kollaProfiles, ownProfiles } from './profiles.js'

const read = (name: string) => readFileSync(new URL(`../../images/${name}`, import.meta.url), 'utf8')

it('has each image in one profile of ours', () => {
  const images = Object.values(ownProfiles).flat()
  expect(images).toEqual([...new Set(images)])
  expect(Object.keys(ownProfiles).filter((name) => kollaProfiles.includes(name))).toEqual([])
})

it('has a proof of every image', () => {
  const proven = [...read('prove.sh').matchAll(/^ {2}prove ([a-z0-9-]+) /gm)].map(([, image]) => image)
  expect([...new Set(proven)].sort()).toEqual(Object.values(ownProfiles).flat().sort())
})

it.each(Object.keys(ownProfiles))('is explained: %s', (profile) => {
  expect(read('README.md')).toContain(`| \`${profile}\``)
})
