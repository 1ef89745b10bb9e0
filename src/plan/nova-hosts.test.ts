import { expect, it } from 'vitest'
import { undiscovered } from './nova-hosts.js'

const listed = `+-----------+--------------------------------------+----------+
| Cell Name |              Cell UUID               | Hostname |
+-----------+--------------------------------------+----------+
|    None   | 5d1bb2f6-7a5f-4c5b-8bb0-0e1f7e2f6a11 |  kolla1  |
|    None   | 5d1bb2f6-7a5f-4c5b-8bb0-0e1f7e2f6a11 |  kolla10 |
+-----------+--------------------------------------+----------+
`

it('names the compute hosts that no cell has, by their whole names', () => {
  expect(undiscovered(listed, ['kolla1', 'kolla2', 'kolla10'])).toEqual(['kolla2'])
  expect(undiscovered('+---+\n| Cell Name | Cell UUID | Hostname |\n', ['kolla1'])).toEqual([
    'kolla1',
  ])
})
