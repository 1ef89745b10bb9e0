import { expect, it } from 'vitest'
import { checkBuilt, exchangedImages } from './compare-digests.js'

const kept = { 'r:5000/kolla/cron:1': 'sha256:a', 'r:5000/kolla/base:1': 'sha256:b' }

it('an image under another digest than `build` has pushed was exchanged', () => {
  const served = { 'r:5000/kolla/cron:1': 'sha256:x', 'r:5000/kolla/base:1': 'sha256:b' }
  expect(exchangedImages(served, kept)).toEqual(['r:5000/kolla/cron:1'])
  const [finding] = checkBuilt(served, kept)
  expect(finding?.message).toMatch(/^the registry serves r:5000\/kolla\/cron:1 as sha256:x, and/)
  expect(finding?.message).toContain('`kolla-temporal build --adopt cron`')
})

it('one that `build` never saw is nobody else’s', () => {
  expect(checkBuilt({ 'r:5000/kolla/cron:2': 'sha256:x', toString: 'sha256:y' }, kept)).toEqual([])
})
