import { expect, test } from 'vitest'
import { formatMeasures } from './table.js'

test('a line for each operation, with its units', () => {
  const measure = {
    ...{ operation: 'upgrade', hosts: 303, seconds: 81.26, cpuSeconds: 30, workflows: 12 },
    ...{ events: 9422, payload: { bytes: 190_000, of: 'planUpgrade completed' }, silences: 1 },
    peakBytes: 489_000_000,
  }
  const [heading = '', , line = ''] = formatMeasures([measure]).split('\n')
  expect(line).toBe(
    '| upgrade | 303 | 81.3 s | 30.0 s | 12 | 9422 events | 185.5 KB | planUpgrade completed | 489 MB | 1 |',
  )
  expect(heading.split('|')).toHaveLength(line.split('|').length)
})
