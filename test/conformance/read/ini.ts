import type { Said } from './read.js'

/** `[section] option` → value; an option that is repeated has all its values, in their order. */
export function readIni(text: string): Said {
  const values = new Map<string, string[]>()
  let section = ''
  let last: string[] | undefined
  for (const raw of text.split('\n')) {
    const line = raw.trim()
    if (line === '' || /^[#;]/.test(line)) continue
    const heading = /^\[(.*)\]$/.exec(line)?.[1]
    if (heading !== undefined) {
      section = heading
      last = undefined
    } else if (/^\s/.test(raw) && last && !/^[\w.-]+\s*=/.test(line)) {
      last.push(`${last.pop() ?? ''}\n${line}`)
    } else {
      const [, name = line, value] = /^([^=]*?)\s*=\s*(.*)$/.exec(line) ?? []
      const key = `[${section}] ${name}`
      last = values.get(key) ?? []
      values.set(key, last)
      last.push(value === undefined ? '(set)' : meant(value))
    }
  }
  return new Map(
    [...values].map(([key, all]) => [key, all.length === 1 ? (all[0] ?? '') : JSON.stringify(all)]),
  )
}

/** One spelling of what means the same. */
function meant(value: string): string {
  const bare = /^(["'])(.*)\1$/.exec(value)?.[2] ?? value
  return /^(true|false)$/i.test(bare) ? bare.toLowerCase() : bare.replace(/;$/, '')
}
