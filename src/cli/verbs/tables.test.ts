import { expect, it } from 'vitest'
import { formatHistory } from './history.js'
import { formatStatus } from './server.js'

it('shows operations as a table', () => {
  const startedAt = new Date(2026, 10, 23, 6, 12, 0)
  const shared = { cloud: 'demo', startedAt, closedAt: undefined }
  expect(
    formatHistory([
      { ...shared, workflowId: 'b', operation: 'buildImages', status: 'running', seconds: 3 },
      { ...shared, workflowId: 'a', operation: 'deploy', status: 'completed', seconds: 65 },
    ]).split('\n'),
  ).toEqual([
    'STARTED              OPERATION  STATUS     TOOK   WORKFLOW ID',
    '2026-11-23 06:12:00  build      running    3.0s   b',
    '2026-11-23 06:12:00  deploy     completed  1m05s  a',
  ])
})

it('says what runs and where to look', () => {
  const server = {
    address: '127.0.0.1:7233',
    answers: true,
    pid: 7,
    webUi: 'http://127.0.0.1:8233',
  }
  const worker = { buildId: 'abc', pid: 8, ready: true, current: true }
  expect(
    formatStatus({ server, workers: [worker, { ...worker, buildId: 'old', current: false }] }),
  ).toBe(
    [
      'server  127.0.0.1:7233, pid 7',
      'web ui  http://127.0.0.1:8233',
      'worker  build abc, pid 8',
      'worker  build old, pid 8, older: ends when the operations that it began have',
    ].join('\n'),
  )
  expect(formatStatus({ server: { ...server, answers: false, pid: undefined }, workers: [] })).toBe(
    'server  does not run at 127.0.0.1:7233\nworker  does not run',
  )
})
