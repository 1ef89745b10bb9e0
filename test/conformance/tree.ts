import { readdir, readFile as readText } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { readAsked } from './read/container.js'
import { readFile } from './read/file.js'
import { readHaproxy } from './read/haproxy.js'
import type { Said } from './read/read.js'

/** Host → container → file → what it says. `(container)` stands for the definition of the container itself. */
export type Tree = ReadonlyMap<string, Containers>
export type Containers = ReadonlyMap<string, Files>
export type Files = ReadonlyMap<string, Said>

export const DEFINITION = '(container)'
/** The folder of files that are for the operator, as if it were a host with one container. */
export const DEPLOYMENT = 'deployment'

/** Files by their paths below the folder of one container, as one text each, to what they say. */
export function readFiles(texts: ReadonlyMap<string, string>): Map<string, Said> {
  const isHaproxy = (path: string) => path === 'haproxy.cfg' || path.startsWith('services.d/')
  const proxied = [...texts.keys()].filter(isHaproxy).sort()
  const files = new Map<string, Said>()
  if (proxied.length > 0) {
    files.set('haproxy.cfg', readHaproxy(proxied.map((path) => texts.get(path) ?? '')))
  }
  for (const [path, text] of texts) {
    if (!isHaproxy(path)) files.set(path, readFile(path.slice(path.lastIndexOf('/') + 1), text))
  }
  return files
}

/** What `render.py` has written below a directory. */
export async function readTheirs(directory: string): Promise<Tree> {
  const tree = new Map<string, Containers>()
  for (const host of await folders(directory)) {
    const containers = new Map<string, Files>()
    if (host === DEPLOYMENT) {
      containers.set(DEPLOYMENT, readFiles(await textsBelow(join(directory, host))))
    } else {
      for (const folder of await folders(join(directory, host))) {
        const texts = await textsBelow(join(directory, host, folder))
        const json = texts.get('container.json')
        texts.delete('container.json')
        if (texts.size === 0 && json === undefined) continue
        const asked = json === undefined ? undefined : readAsked(json)
        const definition = asked ? [[DEFINITION, asked.said] as const] : []
        containers.set(
          asked?.name ?? folder.replaceAll('-', '_'),
          new Map([...definition, ...readFiles(texts)]),
        )
      }
    }
    tree.set(host, containers)
  }
  return tree
}

async function folders(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { withFileTypes: true })
  const found = entries.filter((entry) => entry.isDirectory() && !entry.name.startsWith('_'))
  return found.map((entry) => entry.name).sort()
}

async function textsBelow(directory: string): Promise<Map<string, string>> {
  const entries = await readdir(directory, { withFileTypes: true, recursive: true })
  const paths = entries.filter((it) => it.isFile()).map((it) => join(it.parentPath, it.name))
  const texts = paths
    .sort()
    .map(async (path) => [relative(directory, path), await readText(path, 'utf8')] as const)
  return new Map(await Promise.all(texts))
}
