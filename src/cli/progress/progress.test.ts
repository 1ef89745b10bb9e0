import { PassThrough } from 'node:stream'
import { describe, expect, it } from 'vitest'
import type { OperationEvent } from '../../client/index.js'
import { OperationError } from '../../client/errors.js'
import { JsonView } from './json-view.js'
import { LineView } from './line-view.js'
import { Picture } from './picture.js'

const at = (seconds: number) =>
  new Date(new Date(2026, 10, 23, 12, 3, 0).getTime() + seconds * 1000)
const step = (summary: string, verb = 'startMariadb') => ({
  id: `${verb}${summary}`,
  verb,
  summary,
})
const scheduled = (summary: string, verb?: string): OperationEvent => ({
  type: 'stepScheduled',
  time: at(0),
  step: step(summary, verb),
})
const completed = (summary: string, seconds: number): OperationEvent => ({
  type: 'stepCompleted',
  time: at(seconds),
  step: step(summary),
  seconds,
  attempts: 1,
})
const started: OperationEvent = {
  type: 'operationStarted',
  time: at(0),
  workflowId: 'demo-deploy-1',
  operation: 'postDeploy',
  input: {},
}
const failed: OperationEvent = {
  type: 'stepFailed',
  time: at(2),
  step: step('kolla3'),
  seconds: 2,
  attempts: 1,
  error: new OperationError('broken\nbadly'),
}

function lines(events: OperationEvent[]): string[] {
  const out = new PassThrough()
  const view = new LineView(out)
  events.forEach((event) => view.show(event))
  return String(out.read()).trimEnd().split('\n')
}

describe('LineView', () => {
  it('prints when, which step, where, and how long', () => {
    expect(lines([started, scheduled('kolla2'), completed('kolla2', 4.1), failed])).toEqual([
      '12:03:00 post-deploy started: demo-deploy-1',
      '12:03:00 startMariadb kolla2 started',
      '12:03:04 startMariadb kolla2 done 4.1s',
      '12:03:02 startMariadb kolla3 failed 2.0s: broken',
      'badly',
    ])
  })

  it('prints progress of one step every ten seconds at most', () => {
    const progress = (seconds: number, host: string): OperationEvent => ({
      type: 'stepProgress',
      time: at(seconds),
      step: step(host),
      text: `${seconds}`,
    })
    const told = [progress(0, 'a'), progress(1, 'b'), progress(2, 'a'), progress(11, 'a')]
    expect(lines(told)).toEqual([
      '12:03:00 startMariadb a 0',
      '12:03:01 startMariadb b 1',
      '12:03:11 startMariadb a 11',
    ])
  })
})

it('LineView tells the plan once, whatever becomes of the stages', () => {
  const details = (stages: string): OperationEvent => {
    return { type: 'details', time: at(0), text: `- 📋 a → b\n  1. cron\n${stages}` }
  }
  expect(lines([details('- ⏳ Pull'), details('- ✅ Pull\n- ⏸ paused\n  by hand')])).toEqual([
    ...['12:03:00 a → b', '1. cron', '12:03:00 paused', 'by hand'],
  ])
})

describe('Picture', () => {
  const draw = (events: OperationEvent[], size = { columns: 60, rows: 20 }) => {
    const picture = new Picture()
    events.forEach((event) => picture.apply(event))
    return picture.draw(at(5), size).split('\n')
  }

  it('condenses what is done and shows what runs, with progress', () => {
    const progress: OperationEvent = {
      type: 'stepProgress',
      time: at(1),
      step: step('kolla3'),
      text: 'waits for Synced',
    }
    const events = [started, ...['kolla1', 'kolla2', 'kolla3'].map((host) => scheduled(host))]
    expect(draw([...events, completed('kolla1', 1), completed('kolla2', 3), progress])).toEqual([
      'post-deploy · demo-deploy-1 · 5.0s',
      '✔ startMariadb ×2  3.0s',
      '⠋ startMariadb kolla3  5.0s  waits for Synced',
    ])
  })

  it('keeps failures and shows the stages', () => {
    const details: OperationEvent = {
      type: 'details',
      time: at(0),
      text: '- ✅ Plan\n- ⏳ MariaDB',
    }
    expect(draw([started, details, scheduled('kolla3'), failed])).toEqual([
      'post-deploy · demo-deploy-1 · 5.0s',
      '  ✅ Plan',
      '  ⏳ MariaDB',
      '✖ startMariadb kolla3  2.0s  broken badly',
    ])
  })

  it('fits the terminal: what runs stays, what is done gives way', () => {
    const done = Array.from({ length: 30 }, (_, i) => ({
      ...completed('a', 1),
      step: step('a', `verb${i}`),
    }))
    const shown = draw([started, ...(done as OperationEvent[]), scheduled('kolla3')], {
      columns: 20,
      rows: 6,
    })
    expect(shown).toEqual([
      'post-deploy · demo…',
      '✔ verb27  1.0s',
      '✔ verb28  1.0s',
      '✔ verb29  1.0s',
      '⠋ startMariadb kol…',
    ])
  })

  it('takes a note back when the operation goes on', () => {
    const lost: OperationEvent = { type: 'disconnected', time: at(1), message: 'no answer' }
    expect(draw([started, lost]).at(-1)).toBe('! no answer')
    expect(draw([started, lost, scheduled('kolla1')]).at(-1)).not.toContain('no answer')
  })
})

it('gives programs one object a line', () => {
  const out = new PassThrough()
  new JsonView(out).show(failed)
  const [line, rest] = String(out.read()).split('\n')
  expect(rest).toBe('')
  expect(JSON.parse(line ?? '')).toMatchObject({
    type: 'stepFailed',
    step: { verb: 'startMariadb', summary: 'kolla3' },
    error: { type: 'OperationError', message: 'broken\nbadly' },
  })
})
