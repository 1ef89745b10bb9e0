import { expect, test } from 'vitest'
import type { Change } from '../plan/change.js'
import { pack } from '../plan/same-on-hosts.js'
import { readResult } from './result.js'

test('the changes of many hosts are read one by one', () => {
  const reasons = ['missing']
  const changes = Array.from({ length: 300 }, (_, index): Change => {
    const host = `compute${index}`
    return {
      host,
      service: 'cron',
      container: 'cron',
      action: 'create',
      interrupts: false,
      reasons,
    }
  })
  const packed = pack(changes)
  expect(packed).toHaveLength(1)
  const result = { changes: packed, warnings: [], summary: '300 changes' }
  expect(readResult(result)).toEqual({ ...result, changes })
})
