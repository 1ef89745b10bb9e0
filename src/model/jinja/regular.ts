import { JinjaError } from './values.js'

/** Python's regular expression as JavaScript's. What the two read differently is refused, as far as it can be seen. */
export function regular(pattern: string, flags = ''): RegExp {
  const named = pattern.replaceAll('(?P<', '(?<').replace(/\(\?P=(\w+)\)/g, '\\k<$1>')
  try {
    // With `u`, escapes that JavaScript does not know are errors.
    return new RegExp(named, `u${flags}`)
  } catch {
    throw new JinjaError('this regular expression is not understood')
  }
}

/** Python's `re.sub`, whose replacement knows `\1` and `\g<name>`. */
export function replaceAll(input: string, pattern: string, by: string, flags = ''): string {
  let result = ''
  let at = 0
  for (const found of input.matchAll(regular(pattern, `g${flags}`))) {
    result += input.slice(at, found.index) + expand(by, found)
    at = found.index + found[0].length
  }
  return result + input.slice(at)
}

function expand(by: string, found: RegExpExecArray): string {
  const numbered = [...found].map((group, index): [string, string | undefined] => [
    `${index}`,
    group,
  ])
  const groups = new Map([...numbered, ...Object.entries(found.groups ?? {})])
  return by.replace(
    /\\(?:(\d)|g<(\w+)>|(.?))/gs,
    (_, digit?: string, name?: string, other?: string) => {
      if (other === '\\') return '\\'
      if (other === 'n') return '\n'
      const key = digit ?? name
      if (key === undefined || !groups.has(key)) {
        throw new JinjaError('the replacement of regex_replace is not understood')
      }
      return groups.get(key) ?? ''
    },
  )
}
