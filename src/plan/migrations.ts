/** What becomes of data that are migrated in one direction. */
export interface Migrations {
  readonly versions: readonly VersionChange[]
  /** Of Keystone's database, where it has one and its new image tells its revisions. */
  readonly schema?: SchemaChange
}

/** `from` or `to` is empty where nobody tells it. */
export interface VersionChange {
  readonly program: 'MariaDB' | 'RabbitMQ' | 'Keystone' | 'Ceph'
  readonly from: string
  readonly to: string
}

/** From the heads that the database has to what the new release brings. */
export interface SchemaChange {
  readonly heads: readonly string[]
  /** In the order in which they are applied. */
  readonly pending: readonly Revision[]
}

/** One of Alembic's migrations, as its file says. */
export interface Revision {
  readonly id: string
  readonly down?: string
  /** `expand` runs while the old release serves; `contract` when none of it is left. */
  readonly phase: string
  /** `add index in revocation event` */
  readonly about: string
  readonly release: string
}

/** In a Keystone container: file and assignment of every migration's `revision` and `down_revision`. */
export const listRevisions = `
cd "$(python3 -c 'import keystone.common.sql.migrations as m, os; print(os.path.dirname(m.__file__))')/versions"
grep -rE --include='*.py' '^(down_)?revision = ' .
`

/** Reads what `listRevisions` prints: `./2026.1/expand/742c857f1dfb_add_index.py:revision = '742c857f1dfb'`. */
export function readRevisions(text: string): Revision[] {
  const files = new Map<string, { id?: string; down?: string }>()
  for (const line of text.split('\n')) {
    const [, path, key, value] = /^\.\/(.+\.py):((?:down_)?revision) = (.+)$/.exec(line) ?? []
    if (path === undefined) continue
    const id = /^['"](\w+)['"]/.exec(value ?? '')?.[1]
    if (id === undefined) continue // the first has none below it
    files.set(path, { ...files.get(path), [key === 'revision' ? 'id' : 'down']: id })
  }
  return [...files].flatMap(([path, { id, down }]) => {
    if (id === undefined) return []
    const [release = '', phase = ''] = path.includes('/') ? path.split('/') : []
    const about = (/_(.+)\.py$/.exec(path)?.[1] ?? '').replace(/^_|_$/g, '').replaceAll('_', ' ')
    return [{ id, phase, about, release, ...(down !== undefined && { down }) }]
  })
}

/** What a database at these heads still lacks: all that is not a head or below one. */
export function pendingRevisions(
  heads: readonly string[],
  revisions: readonly Revision[],
): Revision[] {
  const byId = new Map(revisions.map((revision) => [revision.id, revision]))
  const done = new Set<string>()
  const mark = (id: string | undefined): void => {
    if (id === undefined || done.has(id)) return
    done.add(id)
    mark(byId.get(id)?.down)
  }
  heads.forEach(mark)
  const depth = (id: string | undefined): number =>
    id === undefined ? 0 : 1 + depth(byId.get(id)?.down)
  return revisions
    .filter(({ id }) => !done.has(id))
    .sort((a, b) => depth(a.id) - depth(b.id) || (a.phase < b.phase ? 1 : -1))
}

/** One line a program, and what its data go through. */
export function formatMigrations({ versions, schema }: Migrations): string[] {
  return versions.flatMap((change) => [
    `${change.program} ${describeChange(change)}`,
    ...(change.program === 'Keystone' && schema ? describeSchema(schema) : []),
  ])
}

function describeChange({ program, from, to }: VersionChange): string {
  const versions = from === to ? `${from} stays` : `${from || 'unknown'} → ${to || 'unknown'}`
  const [series, next] = [from, to].map((version) => version.split('.').slice(0, 2).join('.'))
  if (program === 'MariaDB' && from !== to) {
    return series === next
      ? `${versions}: the same series, its system tables stay`
      : `${versions}: each member migrates its system tables, one after the other`
  }
  if (program === 'RabbitMQ' && series !== next) {
    return `${versions}: feature flags are turned on before and after`
  }
  return versions
}

function describeSchema({ heads, pending }: SchemaChange): string[] {
  const at = `Keystone's schema is at ${heads.join(', ') || 'no head'}`
  const phase = (name: string) => pending.filter((revision) => revision.phase === name)
  const one = ({ id, about, release }: Revision) => `${id} (${about}, of ${release})`
  const expand = phase('expand').map(one).join(', ')
  const contract = phase('contract').map(one).join(', ')
  return [
    `${at}; expand, while the old release serves: ${expand || 'nothing'}; contract, when none of it is left: ${contract || 'nothing'}`,
  ]
}
