import { counted, wordsOf } from './read.js'
import type { Said } from './read.js'

/** Files of nested braces, such as keepalived.conf and logrotate.conf: `block / block / line`. */
export function readBlocks(text: string): Said {
  const path: string[] = []
  let last = ''
  const keys: string[] = []
  for (const line of wordsOf(text, /(^|\s)[#!].*/)) {
    if (line === '{') {
      path.push(last)
    } else if (line.startsWith('}')) {
      path.pop()
    } else {
      const opens = line.endsWith('{')
      last = opens ? line.slice(0, -1).trim() : line
      keys.push([...path, last].join(' / '))
      if (opens) path.push(last)
    }
  }
  return counted(keys)
}
