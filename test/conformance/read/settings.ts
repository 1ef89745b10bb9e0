import type { Said } from './read.js'

/** Python's assignments of data: name → value, however it is laid out. */
export function readSettings(text: string): Said {
  const lines = text.split('\n').filter((line) => !/^\s*(#.*)?$/.test(line))
  const statements: string[] = []
  for (const line of lines) {
    if (/^[\w@]/.test(line)) statements.push(line)
    else statements.push(`${statements.pop() ?? ''}\n${line}`)
  }
  return new Map(
    statements.map((statement) => {
      const [, name, value] = /^([\w.[\]'"]+)\s*=\s*(.*)$/s.exec(statement) ?? []
      return name === undefined ? [canonical(statement), 'there'] : [name, canonical(value ?? '')]
    }),
  )
}

function canonical(value: string): string {
  return value
    .replaceAll('"', "'")
    .replace(/\s+/g, '')
    .replace(/,(?=[)\]}])/g, '')
}
