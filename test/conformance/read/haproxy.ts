import { counted, wordsOf } from './read.js'
import type { Said } from './read.js'

const heading = /^(global|defaults|listen|frontend|backend|userlist|peers|resolvers|program)\b/

/** haproxy.cfg with all of services.d, however it is cut into files: `section / directive`. */
export function readHaproxy(texts: readonly string[]): Said {
  let section = ''
  const keys = texts.flatMap(directives).flatMap((line) => {
    if (heading.test(line)) {
      section = line
      return [line]
    }
    const [first, name, address, ...options] = line.split(' ')
    if (first !== 'server') return [`${section} / ${line}`]
    // Who the members are, apart from how they are asked.
    const backup = options.includes('backup') ? ' backup' : ''
    const how = options.filter((word) => word !== 'backup').join(' ')
    return [`${section} / server ${name} ${address}${backup}`, `${section} / server: ${how}`]
  })
  return counted(keys)
}

/** Strong quotes around a plain word mean nothing. */
function directives(text: string): string[] {
  return wordsOf(text).map((line) => line.replace(/'([\w:./+=-]*)'/g, '$1'))
}
