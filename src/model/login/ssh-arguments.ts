import type { Place } from '../inventory/parser.js'
import { splitWords } from '../inventory/words.js'
import { honoured, notHonoured } from './ssh-option.js'
import type { SshOption } from './ssh-option.js'

/** A command line of ssh(1), or a part of one as Ansible's variables hold it. */
export interface SshArguments {
  /** In their order; what is honoured here alone. */
  readonly options: readonly SshOption[]
  /** Flags and keywords that do not change how one logs in. */
  readonly idle: readonly string[]
  /** Those that do, and are not honoured. */
  readonly refused: readonly string[]
  /** `-W`: where the connection is to be forwarded to. */
  readonly forward?: string
  /** What is no option: the destination, then a command. */
  readonly rest: readonly string[]
}

const withoutArgument = '46AaCfGgKkMNnqsTtVvXxYy'

/** Flags that say what a keyword says. */
const keywordOf: Readonly<Record<string, string>> = {
  i: 'identityfile',
  J: 'proxyjump',
  l: 'user',
  p: 'port',
}

/** Flags that change how one logs in: another file of options, addresses of our own, a token. */
const refusedFlags = 'BbFI'

/** Reads arguments of ssh(1); undefined where a quote is not closed. */
export function readSshArguments(text: string, place: Place): SshArguments | undefined {
  const words = splitWords(text)?.map((word) => word.text)
  if (!words) return undefined
  const options: SshOption[] = []
  const idle: string[] = []
  const refused: string[] = []
  const rest: string[] = []
  let forward: string | undefined
  const say = (keyword: string, value: string, name: string) => {
    if (honoured.has(keyword)) options.push({ keyword, value, place })
    else if (notHonoured.has(keyword)) refused.push(name)
    else idle.push(name)
  }
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? ''
    // The first word that is no option is the destination; options may follow it, until a command begins.
    if (!/^-./.test(word) || rest.length > 1) {
      rest.push(word)
      continue
    }
    for (let letter = 1; letter < word.length; letter++) {
      const flag = word.charAt(letter)
      if (withoutArgument.includes(flag)) {
        idle.push(`-${flag}`)
        continue
      }
      const value = word.slice(letter + 1) || (words[++at] ?? '')
      const keyword = keywordOf[flag]
      if (keyword !== undefined) say(keyword, value, `-${flag}`)
      else if (flag === 'o') sayOption(value, say)
      else if (flag === 'W') forward = value
      else (refusedFlags.includes(flag) ? refused : idle).push(`-${flag}`)
      break
    }
  }
  return { options, idle, refused, rest, ...(forward !== undefined && { forward }) }
}

/** `Port=22`, `Port 22` */
function sayOption(
  text: string,
  say: (keyword: string, value: string, name: string) => void,
): void {
  const [, name = '', value = ''] = /^\s*([^\s=]+)\s*=?\s*(.*)$/s.exec(text) ?? []
  say(name.toLowerCase(), unquoted(value), name)
}

/** As a line of ssh_config(5) holds it. */
export function unquoted(value: string): string {
  return /^"([^"]*)"$/.exec(value.trim())?.[1] ?? value.trim()
}
