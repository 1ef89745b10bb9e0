import { expect, it } from 'vitest'
import { testCloud } from '../catalog/testing/cloud.js'
import { checkRelease } from './check-release.js'
import { label } from './desired.js'
import { desired, observedHost, running } from './testing.js'

const found = (release: string) =>
  checkRelease(testCloud(), [
    observedHost('kolla1', { containers: [running(desired({ release }))] }),
  ])

it('refuses a cloud that runs another release', () => {
  expect(found('2025.2')).toMatchObject([{ severity: 'error', host: 'kolla1' }])
  expect(found('2026.1')).toEqual([])
})

it('takes no release from a one-shot container that a killed run left behind', () => {
  const leftover = { ...running(), labels: { [label.cloud]: 'demo', [label.oneShot]: 'd' } }
  const hosts = [observedHost('kolla1', { containers: [leftover] })]
  expect(checkRelease(testCloud(), hosts)).toEqual([])
})
