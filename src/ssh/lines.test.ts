import { expect, test } from 'vitest'
import { processorTime } from '../testing/processor-time.js'
import { LineSplitter, longestLine } from './lines.js'

function split(...chunks: string[]): string[] {
  const lines: string[] = []
  const splitter = new LineSplitter((line) => lines.push(line))
  for (const chunk of chunks) splitter.write(chunk)
  splitter.end()
  return lines
}

test('lines come whole, however they were cut on their way', () => {
  expect(split('a\nb', 'c\r', '\n\nd\r\n', 'e')).toEqual(['a', 'bc', '', 'd', 'e'])
  expect(split('a\n')).toEqual(['a'])
  expect(split('', '')).toEqual([])
})

test('a line without end is cut, costs no more than its letters, and the next one is whole', () => {
  const chunk = 'x'.repeat(8192)
  let lines: string[] = []
  const took = processorTime(() => {
    lines = split(...Array<string>(4096).fill(chunk), '\nnext\n')
  })
  expect(took).toBeLessThan(500)
  expect(lines.map((line) => line.length)).toEqual([longestLine + 1, 4])
  expect(lines[1]).toBe('next')
})
