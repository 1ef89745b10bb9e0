import { expect, it } from 'vitest'
import { services } from '../src/catalog/index.js'
import { renderHost } from '../src/catalog/render.js'
import { testCloud, testFacts } from '../src/catalog/testing/cloud.js'
import { whole } from '../src/catalog/testing/whole.js'
import { imagesOf, ownProfiles } from '../src/images/profiles.js'

const facts = testFacts.map((it) => ({ ...it, osds: [{ id: 12, uuid: '1' }] }))
const containers = renderHost(testCloud({ globals: whole }), facts, 'kolla1')

it.each(services)('builds what containers of $name are made of', ({ name, images = [] }) => {
  const own = containers.filter(({ service }) => service === name).map(({ image }) => image)
  expect(new Set(imagesOf([name]))).toEqual(new Set([...own, ...images]))
})

it('has each of these images in a profile', () => {
  const all = imagesOf(services.map(({ name }) => name))
  expect(Object.values(ownProfiles).flat().sort()).toEqual(all.sort())
})
