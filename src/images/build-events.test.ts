import { describe, expect, it } from 'vitest'
import { addEvent, describeProgress, noProgress, parseBuildLine } from './build-events.js'

const digest = `sha256:${'3'.repeat(64)}`

describe('a line of build.sh', () => {
  it.each([
    ['{"image":"base","state":"started"}', { image: 'base', state: 'started' }],
    [
      '{"image":"keystone","state":"built","seconds":63}',
      { image: 'keystone', state: 'built', seconds: 63 },
    ],
    [
      `{"image":"cron","state":"pushed","seconds":1,"digest":"${digest}","tag":"2026.1"}`,
      { image: 'cron', state: 'pushed', seconds: 1, digest, tag: '2026.1' },
    ],
    [
      '{"step":"another build on this machine","state":"done"}',
      { step: 'another build on this machine', state: 'done' },
    ],
  ])('%s', (line, event) => {
    expect(parseBuildLine(line)).toEqual(event)
  })

  it.each(['', 'Get:1 InRelease', '{"image":"base"', '{"image":"base","state":"melted"}', '{}'])(
    '%j is no event',
    (line) => {
      expect(parseBuildLine(line)).toBeUndefined()
    },
  )
})

describe('progress', () => {
  const after = (...lines: string[]) =>
    lines.reduce((progress, line) => {
      const event = parseBuildLine(line)
      return event ? addEvent(progress, event) : progress
    }, noProgress)

  it('names what is under way', () => {
    const progress = after(
      '{"image":"cron","state":"skipped"}',
      '{"step":"sources","state":"started"}',
      '{"step":"sources","state":"done","seconds":4}',
      '{"image":"base","state":"started"}',
      '{"image":"base","state":"built","seconds":40}',
      '{"image":"haproxy","state":"started"}',
      '{"image":"rabbitmq","state":"started"}',
    )
    expect(describeProgress(progress)).toBe('1 built, 1 were there, at haproxy, rabbitmq')
  })

  it('keeps the digests of what was pushed, and of what was there', () => {
    const progress = after(
      `{"image":"cron","state":"skipped","digest":"${digest}","tag":"2026.1"}`,
      `{"image":"base","state":"pushed","seconds":0,"digest":"${digest}","tag":"2026.1-on-bookworm"}`,
    )
    expect([...progress.present]).toEqual([['cron:2026.1', digest]])
    expect([...progress.pushed]).toEqual([['base:2026.1-on-bookworm', digest]])
    expect(describeProgress(progress)).toBe('0 built, 1 were there')
  })

  it('counts a failed image as no longer under way', () => {
    const progress = after(
      '{"image":"base","state":"started"}',
      '{"image":"base","state":"failed","seconds":9}',
    )
    expect(progress).toEqual(noProgress)
  })
})
