import { expect, test } from 'vitest'
import { chainSeconds, readSteps, slowestChain } from './chain.js'
import type { Step } from './chain.js'

const step = (verb: string, began: number, ended: number, summary = 'kolla1'): Step => ({
  verb,
  summary,
  began: began * 1000,
  ended: ended * 1000,
})

const deploy = [
  step('observeHost', 0, 1),
  step('writeConfiguration', 1, 2),
  step('startContainers', 2.1, 4, 'kolla1 · memcached'),
  step('bootstrapMariadb', 2.1, 8),
  step('startRabbitmq', 2.1, 14),
  step('startMariadb', 8.1, 13, 'kolla2'),
  step('bootstrapKeystone', 8.2, 15),
  step('startKeystone', 15.1, 19, 'kolla2'),
  step('startKeystone', 15.1, 20),
]

test('follows the last step back to the first container that was started', () => {
  const chain = slowestChain(deploy)
  expect(chain.map(({ verb, summary }) => `${verb} ${summary}`)).toEqual([
    'bootstrapMariadb kolla1',
    'bootstrapKeystone kolla1',
    'startKeystone kolla1',
  ])
  expect(chainSeconds(chain)).toBeCloseTo(5.9 + 6.8 + 4.9)
})

test('goes by way of RabbitMQ when that is what the last step waited for', () => {
  const slow = deploy.map((s) => (s.verb === 'startRabbitmq' ? { ...s, ended: 15_050 } : s))
  expect(slowestChain(slow).map(({ verb }) => verb)).toEqual(['startRabbitmq', 'startKeystone'])
})

test('a deploy without steps has no chain', () => {
  expect(slowestChain([])).toEqual([])
  expect(chainSeconds([])).toBe(0)
})

test('reads the steps that ended well from the lines of --json', () => {
  const lines = [
    '{"type":"stepScheduled","time":"2026-11-23T06:00:00.000Z","step":{"id":"1","verb":"startKeystone","summary":"kolla1"}}',
    '{"type":"stepFailed","time":"2026-11-23T06:00:01.000Z","seconds":1,"step":{"id":"1","verb":"startKeystone","summary":"kolla1"}}',
    '{"type":"stepCompleted","time":"2026-11-23T06:00:05.000Z","seconds":4.5,"attempts":1,"step":{"id":"2","verb":"startKeystone","summary":"kolla1"}}',
    '',
  ]
  const ended = Date.parse('2026-11-23T06:00:05.000Z')
  expect(readSteps(lines.join('\n'))).toEqual([
    { verb: 'startKeystone', summary: 'kolla1', began: ended - 4500, ended },
  ])
})
