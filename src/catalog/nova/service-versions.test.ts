import { expect, it } from 'vitest'
import { testCloud } from '../testing/cloud.js'
import { forgetVersionsSql } from './service-versions.js'

it('forgets versions of one host alone, in both cells', () => {
  expect(forgetVersionsSql(testCloud(), "ko'lla1", ['nova-compute', 'nova-conductor'])).toBe(
    [
      "UPDATE `nova_cell0`.services SET version = 0 WHERE host = 'ko''lla1' AND `binary` IN ('nova-compute', 'nova-conductor');",
      "UPDATE `nova`.services SET version = 0 WHERE host = 'ko''lla1' AND `binary` IN ('nova-compute', 'nova-conductor');",
    ].join('\n'),
  )
})
