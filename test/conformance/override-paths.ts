import { readFileSync } from 'node:fs'
import { readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { parse } from 'yaml'
import { z } from 'zod'
import { services } from '../../src/catalog/index.js'

const paths = z.array(z.string())

/** Where overrides may lie below `config/`: kolla-ansible's roles, and what differs on purpose. */
export const overridePaths = z
  .strictObject({
    roles: z.record(z.string(), paths),
    means: z.record(z.string(), paths),
    notRead: z.array(z.strictObject({ paths, reason: z.string() })),
    ours: paths,
  })
  .parse(parse(readFileSync(new URL('override-paths.yml', import.meta.url), 'utf8')))

/** What we read by that table. */
export function wantedPaths(): string[] {
  const { roles, means, notRead, ours } = overridePaths
  const away = new Set(notRead.flatMap((one) => one.paths))
  const theirs = Object.values(roles).flat()
  const meant = theirs.flatMap((path) => means[path] ?? [path]).filter((path) => !away.has(path))
  return sorted([...meant, ...ours])
}

/** What the catalogue reads. */
export function readPaths(): string[] {
  return sorted(
    services
      .flatMap((service) => service.overrides)
      .flatMap((it) => ('folder' in it ? [`${it.folder}/*${it.ending}`] : it.paths)),
  )
}

/** What the tasks of a role name below `node_custom_config`. */
export async function pathsOfRole(tree: string, role: string): Promise<string[]> {
  const folder = join(tree, 'roles', role, 'tasks')
  const tasks = (await readdir(folder)).filter((name) => name.endsWith('.yml'))
  const texts = await Promise.all(tasks.map((name) => readFile(join(folder, name), 'utf8')))
  const found = texts.flatMap((text) => [
    ...text.matchAll(/\{\{ node_custom_config \}\}\/([^"'\n]*)/g),
  ])
  return sorted(
    found.map(([, path = '']) =>
      path.replace('{{ inventory_hostname }}', '<host>').replace('{{ item.key }}', '<item>'),
    ),
  )
}

/** For docs/globals.md: every file below `config/`, and how it is read. */
export function overridesTable(): string {
  const rows = services.flatMap(({ name, overrides }) =>
    overrides.map((it) =>
      'folder' in it
        ? `| ${name} | \`${it.folder}/*${it.ending}\` | added |`
        : `| ${name} | ${it.paths.map((path) => `\`${path}\``).join(', ')} | ${it.kind === 'whole' ? 'whole' : 'merged'} |`,
    ),
  )
  return [
    '| service | files below `config/`, weakest first | |',
    '| --- | --- | --- |',
    ...rows,
  ].join('\n')
}

export function notReadSection(): string {
  return overridePaths.notRead.map(({ reason }) => `- ${reason}`).join('\n')
}

function sorted(all: readonly string[]): string[] {
  return [...new Set(all)].sort()
}
