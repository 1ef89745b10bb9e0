/** Text that goes into a script as it stands: flags, operators, a script made by `sh`. Never a value from outside. */
export class Raw {
  constructor(readonly text: string) {}
}

export function raw(text: string): Raw {
  return new Raw(text)
}

const harmless = /^[A-Za-z0-9_@%+=:,./-]+$/

/** One word for a POSIX shell, whatever the value holds. The only place that quotes. */
export function quote(value: string): string {
  if (value.includes('\0')) throw new TypeError('A shell argument cannot hold a NUL byte.')
  return harmless.test(value) ? value : `'${value.replaceAll("'", `'\\''`)}'`
}

type Value = string | number | Raw | readonly (string | number)[]

/** A script whose values are each one quoted word, arrays several: sh`rm -f -- ${paths}`. */
export function sh(texts: TemplateStringsArray, ...values: readonly Value[]): string {
  return texts.reduce((script, text, index) => script + word(values[index - 1]) + text)
}

function word(value: Value | undefined): string {
  if (value instanceof Raw) return value.text
  if (typeof value === 'string') return quote(value)
  if (typeof value === 'number') return quote(String(value))
  return (value ?? []).map((item) => quote(String(item))).join(' ')
}
