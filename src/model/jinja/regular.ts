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

/** `\1` and `\g<name>` of Python's `re.sub`. */
export function replaceAll(input: string, pattern: string, by: string, flags = ''): string {
  const expression = regular(pattern, `g${flags}`)
  return input.replace(expression, (...match: unknown[]) => {
    const names = (typeof match.at(-1) === 'object' ? match.at(-1) : {}) as Record<string, unknown>
    return by.replace(
      /\\(?:(\d)|g<(\w+)>|(.))/gs,
      (_, digit?: string, name?: string, other?: string) => {
        if (other === '\\') return '\\'
        if (other === 'n') return '\n'
        const key = digit ?? name ?? ''
        const group = /^\d+$/.test(key) ? match[Number(key)] : names[key]
        if (
          other !== undefined ||
          typeof group === 'number' ||
          !(key in names || /^\d+$/.test(key))
        ) {
          throw new JinjaError('the replacement of regex_replace is not understood')
        }
        return typeof group === 'string' ? group : ''
      },
    )
  })
}
