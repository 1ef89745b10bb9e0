import { spawnSync } from 'node:child_process'
import { expect, it } from 'vitest'
import { upgradeCheckScript, upgradeFindings } from './upgrade-check.js'

const check = 'nova-status upgrade check'

const table = `
INFO:__main__:Writing out command to execute
+------------------------------------------------------------------+
| Upgrade Check Results                                            |
+------------------------------------------------------------------+
| Check: Cells v2                                                  |
| Result: Success                                                  |
| Details: None                                                    |
+------------------------------------------------------------------+
| Check: Placement API                                             |
| Result: Failure                                                  |
| Details: There is no placement-api endpoint in the service       |
|   catalog. Create one: see Check: in the documentation.          |
+------------------------------------------------------------------+
| Check: Older than N-1 computes                                   |
| Result: Warning                                                  |
| Details: Current Nova version does not support computes older    |
|   than Epoxy                                                     |
+------------------------------------------------------------------+
`.split('\n')

it('tells what a check finds, in its own words', () => {
  expect(upgradeFindings('kolla1', check, table)).toEqual([
    {
      severity: 'error',
      host: 'kolla1',
      message: `${check}: Placement API: There is no placement-api endpoint in the service catalog. Create one: see Check: in the documentation.`,
    },
    {
      severity: 'warning',
      host: 'kolla1',
      message: `${check}: Older than N-1 computes: Current Nova version does not support computes older than Epoxy`,
    },
  ])
})

it('finds nothing in what is no table', () => {
  expect(
    upgradeFindings('kolla1', check, ['Error:', 'Traceback (most recent call last):']),
  ).toEqual([])
})

it.each([
  [0, 0],
  [1, 0],
  [2, 2],
  [255, 255],
])('a check that ends with %i makes the one-shot end with %i', (ends, wanted) => {
  const script = `set -o errexit\n${upgradeCheckScript(`(exit ${ends})`)}`
  expect(spawnSync('bash', ['-c', script]).status).toBe(wanted)
})
