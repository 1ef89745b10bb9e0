import { describe, expect, it } from 'vitest'
import { services } from '../src/catalog/index.js'
import { renderHost } from '../src/catalog/render.js'
import { testCloud, testFacts } from '../src/catalog/testing/cloud.js'
import { whole } from '../src/catalog/testing/whole.js'
import type { Globals } from '../src/model/globals.js'
import { imagesOf, ownProfiles } from '../src/images/profiles.js'
import { selected } from './images.js'

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

describe('what is built', () => {
  const { globals } = testCloud()

  it('is what the services of the cloud need, and nothing else', () => {
    const built = (more: Partial<Globals>) => {
      const choice = selected(testCloud({ globals: more }).globals, {})
      return new Set('images' in choice ? choice.images : [])
    }
    expect(built({})).toEqual(new Set(ownProfiles['control-plane']))
    expect(built({ enable_placement: true })).toEqual(built({}).add('placement-api'))
  })

  it('is what is named, or a profile', () => {
    expect(selected(globals, { profile: 'ceph' })).toEqual({ profile: 'ceph' })
    expect(selected(globals, { profile: 'ceph', images: ['cron'] })).toEqual({ images: ['cron'] })
  })
})
