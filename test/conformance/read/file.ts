import { readBlocks } from './blocks.js'
import { readIni } from './ini.js'
import { readLines } from './lines.js'
import type { Said } from './read.js'
import { readTree } from './tree.js'

/** Files whose names tell another language than they have. */
const byName: Readonly<Record<string, (text: string) => Said>> = {
  'keepalived.conf': readBlocks,
  'logrotate.conf': readBlocks,
  'rabbitmq-env.conf': readLines,
  'httpd-keystone.conf': readLines,
}

const byEnding: Readonly<Record<string, (text: string) => Said>> = {
  json: readTree,
  yaml: readTree,
  yml: readTree,
  conf: readIni,
  cnf: readIni,
  ini: readIni,
  keyring: readIni,
}

/** What a file says, read as the language that its name tells; anything unknown line by line. */
export function readFile(name: string, text: string): Said {
  const ending = name.slice(name.lastIndexOf('.') + 1)
  const own = Object.hasOwn(byName, name) ? byName[name] : undefined
  const usual = Object.hasOwn(byEnding, ending) ? byEnding[ending] : undefined
  return (own ?? usual ?? readLines)(text)
}
