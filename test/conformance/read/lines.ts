import { counted } from './read.js'
import type { Said } from './read.js'

/** Scripts and files of variables: lines without comments, a variable's value without its quotes. */
export function readLines(text: string): Said {
  const lines = text
    .split('\n')
    .map((line) => line.trim().replace(/\s+/g, ' '))
    .filter((line) => line !== '' && (!line.startsWith('#') || line.startsWith('#!')))
  return counted(lines.map(unquoted))
}

function unquoted(line: string): string {
  const [, name, , value] = /^(?:export )?(\w+)=(["'])(.*)\2$/.exec(line) ?? []
  return name === undefined ? line.replace(/^export (?=\w+=)/, '') : `${name}=${value}`
}
