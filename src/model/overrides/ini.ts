/** Sections in order, '' for what precedes the first; each option with all its values, lines of a value joined by `\n`. */
export type Ini = Map<string, Map<string, (string | undefined)[]>>

/** The message never quotes the text: it was rendered, and may hold passwords. */
export interface IniError {
  readonly message: string
  readonly line: number
}

export interface IniStyle {
  /** MariaDB's options without value, such as `skip-name-resolve`. */
  readonly bareKeys: boolean
  /** oslo.config also takes `key: value`. */
  readonly colons: boolean
}

/** Reads INI as oslo.config does: repeated options are lists, an indented line continues the value above it. */
export function parseIni(text: string, style: IniStyle): Ini | IniError {
  const ini: Ini = new Map()
  let section = sectionOf(ini, '')
  let values: (string | undefined)[] | undefined
  for (const [index, raw] of text.split(/\r?\n/).entries()) {
    const line = index + 1
    const content = raw.trim()
    if (content === '' || /^[#;]/.test(content)) {
      if (content === '') values = undefined
    } else if (/^\s/.test(raw) && values) {
      values.push(`${values.pop() ?? ''}\n${content}`)
    } else if (content.startsWith('[')) {
      const name = /^\[([^\]]+)\]\s*(?:[#;].*)?$/.exec(content)?.[1]
      if (name === undefined)
        return { line, message: 'this section header is broken: write it as [name]' }
      section = sectionOf(ini, name)
      values = undefined
    } else {
      const option = splitOption(content, style)
      if (!option) return { line, message: 'this line sets nothing: write key = value' }
      const [key, value] = option
      values = section.get(key) ?? []
      section.set(key, values)
      values.push(value)
    }
  }
  return ini
}

function splitOption(content: string, style: IniStyle): [string, string | undefined] | undefined {
  const at = content.search(style.colons ? /[=:]/ : /=/)
  if (at > 0) return [content.slice(0, at).trim(), content.slice(at + 1).trim()]
  return at === -1 && style.bareKeys ? [content, undefined] : undefined
}

function sectionOf(ini: Ini, name: string): Map<string, (string | undefined)[]> {
  const section = ini.get(name) ?? new Map<string, (string | undefined)[]>()
  ini.set(name, section)
  return section
}

/** Every option that `over` sets takes the place of all its values in `base`. */
export function mergeIni(base: Ini, over: Ini): void {
  for (const [name, options] of over) {
    const section = sectionOf(base, name)
    for (const [key, values] of options) section.set(key, values)
  }
}

export function printIni(ini: Ini): string {
  return [...ini]
    .filter(([name, options]) => name !== '' || options.size > 0)
    .map(([name, options]) => (name === '' ? '' : `[${name}]\n`) + printOptions(options))
    .join('\n')
}

function printOptions(options: ReadonlyMap<string, (string | undefined)[]>): string {
  const lines = [...options].flatMap(([key, values]) =>
    values.map((value) =>
      value === undefined ? key : `${key} = ${value.replaceAll('\n', '\n    ')}`,
    ),
  )
  return lines.map((line) => line.trimEnd() + '\n').join('')
}
