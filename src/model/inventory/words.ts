/** A word of a line and the column (from 1) where it starts. */
export interface Word {
  readonly text: string
  readonly column: number
}

/**
 * Splits a host line as Python's `shlex.split(line, comments=True)` does: quotes group and go, a backslash takes
 * the next character as it is, `#` ends the line. Undefined when a quote is not closed.
 */
export function splitWords(line: string): Word[] | undefined {
  const words: Word[] = []
  let text: string | undefined
  let start = 0
  let quote = ''
  for (let i = 0; i < line.length; i++) {
    const letter = line.charAt(i)
    if (quote === '' && letter === '#') break
    if (quote === '' && /\s/.test(letter)) {
      if (text !== undefined) words.push({ text, column: start + 1 })
      text = undefined
      continue
    }
    if (text === undefined) [text, start] = ['', i]
    if (quote === '' && (letter === "'" || letter === '"')) {
      quote = letter
    } else if (letter === quote) {
      quote = ''
    } else if (letter === '\\' && quote !== "'") {
      const next = line.charAt(++i)
      // Inside double quotes a backslash escapes only those two.
      text += quote === '"' && !['"', '\\'].includes(next) ? letter + next : next
    } else {
      text += letter
    }
  }
  if (quote !== '') return undefined
  if (text !== undefined) words.push({ text, column: start + 1 })
  return words
}
