import { dirname, relative, sep } from 'node:path'
import type { CloudFiles } from '../cloud.js'
import type { Finding } from '../finding.js'
import { nearest } from '../nearest.js'
import { readYamlMapping } from '../yaml-file.js'
import type { Variables } from './parser.js'

/** What `group_vars/` and `host_vars/` beside the inventory set. */
export interface VarsFiles {
  /** Group → its variables; only of groups that have a file. */
  readonly groups: ReadonlyMap<string, Variables>
  readonly hosts: ReadonlyMap<string, Variables>
  readonly files: readonly VarsFile[]
}

interface VarsFile {
  readonly kind: 'group_vars' | 'host_vars'
  /** The group or host that it is of, which the inventory may not know. */
  readonly of: string
  /** It could not be read, so that missing variables mean nothing. */
  readonly broken: boolean
  readonly findings: readonly Finding[]
}

const extensions = ['.yml', '.yaml', '.json']

/**
 * Reads them as Ansible does: of `<name>` (a file, or a folder with files), `<name>.yml`, `<name>.yaml` and `<name>.json`
 * the first that is there. In a folder the last file by name wins. A file of nobody is one warning.
 */
export function readVarsFiles(
  files: Pick<CloudFiles, 'inventory' | 'inventoryVars'>,
  groupNames: readonly string[],
  hostNames: readonly string[],
): VarsFiles {
  const folder = dirname(files.inventory.path)
  const byPath = new Map(
    (files.inventoryVars ?? []).map((file) => [
      relative(folder, file.path).split(sep).join('/'),
      file,
    ]),
  )
  const paths = [...byPath.keys()].sort(byName)
  const seen = new Set<string>()
  const read: VarsFile[] = []
  const variablesOf = (kind: VarsFile['kind'], names: readonly string[]) => {
    const found = new Map<string, Variables>()
    for (const name of names) {
      const variables: Variables = new Map()
      for (const path of chosen(paths, `${kind}/${name}`)) {
        const file = byPath.get(path)
        if (!file) continue
        seen.add(path)
        const mapping = readYamlMapping(file)
        read.push({ kind, of: name, broken: mapping.broken, findings: mapping.findings })
        for (const [key, variable] of mapping.variables) variables.set(key, variable)
      }
      if (variables.size > 0) found.set(name, variables)
    }
    return found
  }
  const groups = variablesOf('group_vars', groupNames)
  const hosts = variablesOf('host_vars', hostNames)
  const unread = [...byPath]
    .filter(([path]) => !seen.has(path))
    .map(([path, file]): VarsFile => {
      const owner = ownerOf(path)
      const message = whyUnread(owner, owner.kind === 'group_vars' ? groupNames : hostNames)
      return {
        ...owner,
        broken: false,
        findings: [{ severity: 'warning', message, file: file.path }],
      }
    })
  return { groups, hosts, files: [...read, ...unread] }
}

/** Folders and files of one folder stand in one order. */
function byName(left: string, right: string): number {
  const [a, b] = [left, right].map((path) => path.replaceAll('/', '\0')) as [string, string]
  return a < b ? -1 : a > b ? 1 : 0
}

function chosen(paths: readonly string[], base: string): readonly string[] {
  for (const path of [base, ...extensions.map((extension) => base + extension)]) {
    if (paths.includes(path)) return [path]
    const inside = paths.filter((one) => one.startsWith(`${path}/`))
    if (inside.length > 0) return inside.filter((one) => isRead(one.slice(path.length + 1)))
  }
  return []
}

function isRead(path: string): boolean {
  const folders = path.split('/')
  const file = folders.pop() ?? ''
  const readable = !file.includes('.') || extensions.some((extension) => file.endsWith(extension))
  return readable && !file.endsWith('~') && folders.every((folder) => !folder.includes('.'))
}

type Owner = Pick<VarsFile, 'kind' | 'of'>

function ownerOf(path: string): Owner {
  const [kind, entry = ''] = path.split('/')
  return {
    kind: kind === 'group_vars' ? kind : 'host_vars',
    of: entry.replace(/\.(yml|yaml|json)$/, ''),
  }
}

function whyUnread({ kind, of }: Owner, names: readonly string[]): string {
  const what = kind === 'group_vars' ? 'group' : 'host'
  return names.includes(of)
    ? `this file of ${what} '${of}' is not read, another one is or its name ends otherwise: keep one, or use *.yml in ${kind}/${of}/`
    : `the inventory has no ${what} '${of}'${nearest(of, names)}: nothing reads this file`
}
