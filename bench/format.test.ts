import { expect, test } from 'vitest'
import { formatResult } from './format.js'
import { readMeasures, renewAnchor } from './result.js'
import type { Result } from './result.js'

const run = '20261123T061200Z'
const result: Result = {
  run,
  machine: { processors: 2, memory: 24e9, kernel: '6.18' },
  load: 0.3,
  kollaAnsible: {
    deploy: { seconds: 294, run },
    noop: { seconds: 193, run },
    option: { seconds: 91, run },
  },
  kollaTemporal: { deploy: 40, noop: 2, option: 10 },
  workerPeakBytes: 210.4e6,
  chain: [
    { verb: 'bootstrapMariadb', summary: 'kolla1', began: 1_000, ended: 9_500 },
    { verb: 'startKeystone', summary: 'kolla3', began: 10_000, ended: 21_500 },
  ],
}

test('a table of both contenders, the ratio, and what is to be reached', () => {
  expect(formatResult(result)).toMatchInlineSnapshot(`
    "                           kolla-ansible   kolla-temporal    ratio   to reach
    deploy, images present           294.0 s           40.0 s    7.3 x   >= 5 x           reached
    deploy, nothing to do            193.0 s            2.0 s   96.5 x   >= 60 x, < 3 s   reached
    one option of Keystone's          91.0 s           10.0 s    9.1 x   >= 10 x          MISSED
    worker's peak memory                               210 MB            < 400 MB         reached

    The slowest chain of container starts, the floor under any deploy:
         8.5 s  bootstrapMariadb kolla1
        11.5 s  startKeystone kolla3
        20.0 s  in all; the deploy took 2.00 x that
    "
  `)
})

test('a time of an older run is marked, and one that was never taken gives no ratio', () => {
  const { deploy } = result.kollaAnsible
  const older = { ...deploy, seconds: 300, run: '20261101T000000Z' }
  const text = formatResult({ ...result, kollaAnsible: { deploy: older } })
  expect(text).toContain('300.0 s*')
  expect(text).toContain('* not measured in this run, but in 20261101T000000Z')
  expect(text).toMatch(/nothing to do +- +2\.0 s +- +>= 60 x, < 3 s$/m)
})

test('only what was measured is shown; a busy machine is', () => {
  const text = formatResult({ ...result, kollaTemporal: { deploy: 40 }, load: 2.5 })
  expect(text).not.toContain('nothing to do')
  expect(text).toContain('the load was 2.5')
})

test('upgrade and rollback stand beside each other, with what the API did meanwhile', () => {
  const kollaAnsible = {
    ...result.kollaAnsible,
    upgrade: {
      ...{ seconds: 900, run },
      probed: { issued: 4000, failed: 500, longestGapMs: 61_250 },
    },
  }
  const text = formatResult({
    ...{ ...result, chain: [], kollaAnsible },
    kollaTemporal: { upgrade: 300, rollback: 150 },
    probed: {
      upgrade: { issued: 1490, failed: 10, longestGapMs: 2140 },
      rollback: { issued: 700, failed: 50, longestGapMs: 12_000 },
    },
  })
  expect(text).toMatchInlineSnapshot(`
    "                           kolla-ansible   kolla-temporal   ratio   to reach
    upgrade 2025.2 → 2026.1          900.0 s          300.0 s   3.0 x
    rollback 2026.1 → 2025.2               -          150.0 s       -
    worker's peak memory                               210 MB           < 400 MB   reached

    A token asked for every 200 ms meanwhile:
      kolla-ansible upgrade   500 of 4500 failed, 61.3 s without one
      kolla-temporal upgrade  10 of 1500 failed, 2.1 s without one
      kolla-temporal rollback 50 of 750 failed, 12.0 s without one
    "
  `)
})

test('3 s are too many for nothing to do, whatever the ratio', () => {
  const text = formatResult({ ...result, kollaTemporal: { noop: 3.1 } })
  expect(text).toMatch(/62\.3 x.*MISSED/)
})

test('times of this run take the place of older ones', () => {
  const measured = readMeasures(
    `kolla-temporal\tdeploy\t40.5\nkolla-ansible\tnoop\t190.25\n`,
    'kolla-ansible',
  )
  expect(measured).toEqual({ noop: 190.25 })
  expect(renewAnchor({ ...result.kollaAnsible }, measured, 'now')).toEqual({
    ...result.kollaAnsible,
    noop: { seconds: 190.25, run: 'now' },
  })
})
