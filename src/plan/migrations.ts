import { titled } from './release-record.js'

/** What becomes of data that are migrated in one direction. */
export interface Migrations {
  readonly versions: readonly VersionChange[]
  /** Of each service that has one, in the order of the catalogue. */
  readonly schemas?: readonly SchemaChange[]
}

/** `from` or `to` is empty where nobody tells it. */
export interface VersionChange {
  /** `MariaDB`, `Glance` */
  readonly program: string
  readonly from: string
  readonly to: string
}

/** From the heads that a service's databases have to what the new release brings. */
export interface SchemaChange {
  readonly service: string
  readonly heads: readonly string[]
  /** In the order in which they are applied; undefined where the new image does not tell its migrations. */
  readonly pending?: readonly Revision[]
}

/** One of Alembic's migrations, as its file says. */
export interface Revision {
  readonly id: string
  /** What must be applied before. */
  readonly after: readonly string[]
  /** `expand` runs while the old release serves; `contract` when none of it is left; else empty. */
  readonly phase: string
  /** `add index in revocation event` */
  readonly about: string
  /** Empty where its file does not tell. */
  readonly release: string
}

/** Reads what `listMigrations` prints: `2026.1/expand/742c857f1dfb_add_index.py:revision = '742c857f1dfb'`. */
export function readRevisions(text: string): Revision[] {
  const files = new Map<string, { id?: string; after: readonly string[] }>()
  for (const line of text.split('\n')) {
    const [, path, key, value = ''] = assignment.exec(line) ?? []
    if (path === undefined) continue
    const said = files.get(path) ?? { after: [] }
    const ids = [...value.matchAll(/['"](\w+)['"]/g)].map(([, id = '']) => id)
    const [id] = ids
    if (key !== 'revision') files.set(path, { ...said, after: [...said.after, ...ids] })
    else if (id !== undefined) files.set(path, { ...said, id })
  }
  return [...files].flatMap(([path, { id, after }]) => {
    if (id === undefined) return []
    const folders = path.split('/')
    const name = (folders.pop() ?? '').replace(/\.py$/, '')
    const about = name.replace(id, '').replaceAll('_', ' ').trim()
    const [release = ''] = folders
    return [{ id, after, phase: phaseOf(path), about, release }]
  })
}

const assignment = /^(.+\.py):(revision|down_revision|depends_on)(?:: [^=]+)? = (.+)$/

/** A folder of its own, or as Glance has it: `2024_1_expand01_add_cache_tables.py`. */
function phaseOf(path: string): string {
  return /[/_](expand|contract)(?:\/|\d\d_)/.exec(path)?.[1] ?? ''
}

/** What a database at these heads still lacks: all that is not a head or below one. */
export function pendingRevisions(
  heads: readonly string[],
  revisions: readonly Revision[],
): Revision[] {
  const byId = new Map(revisions.map((revision) => [revision.id, revision]))
  const done = new Set<string>()
  const mark = (id: string): void => {
    if (done.has(id)) return
    done.add(id)
    byId.get(id)?.after.forEach(mark)
  }
  heads.forEach(mark)
  const depths = new Map<string, number>()
  const depth = (id: string): number => {
    const known = depths.get(id)
    if (known !== undefined) return known
    const own = 1 + Math.max(0, ...(byId.get(id)?.after ?? []).map(depth))
    depths.set(id, own)
    return own
  }
  return revisions
    .filter(({ id }) => !done.has(id))
    .sort((a, b) => depth(a.id) - depth(b.id) || (a.phase < b.phase ? 1 : -1))
}

/** One line a program, and what its data go through. */
export function formatMigrations({ versions, schemas = [] }: Migrations): string[] {
  return versions.flatMap((change) => [
    `${change.program} ${describeChange(change)}`,
    ...schemas.filter(({ service }) => titled(service) === change.program).map(describeSchema),
  ])
}

/** Whether two versions are of one series: `4.1.4` and `4.1.6`. */
export function isSameSeries(one: string, other: string): boolean {
  const [series, next] = [one, other].map((version) => version.split('.').slice(0, 2).join('.'))
  return series === next
}

function describeChange({ program, from, to }: VersionChange): string {
  const versions = from === to ? `${from} stays` : `${from || 'unknown'} → ${to || 'unknown'}`
  if (program === 'MariaDB' && from !== to) {
    return isSameSeries(from, to)
      ? `${versions}: the same series, its system tables stay`
      : `${versions}: each member migrates its system tables, one after the other`
  }
  if (program === 'RabbitMQ' && !isSameSeries(from, to)) {
    return `${versions}: feature flags are turned on before and after`
  }
  return versions
}

function describeSchema({ service, heads, pending }: SchemaChange): string {
  const at = `the schema of ${service} is at ${heads.join(', ') || 'no head'}`
  if (!pending) return `${at}; the new image does not tell what it changes`
  if (pending.length === 0) return `${at}, and stays`
  const early = pending.filter(({ phase }) => phase !== 'contract').map(describeRevision)
  const late = pending.filter(({ phase }) => phase === 'contract').map(describeRevision)
  return `${at}; while the old release serves: ${early.join(', ') || 'nothing'}; when none of it is left: ${late.join(', ') || 'nothing'}`
}

function describeRevision({ id, about, release }: Revision): string {
  return `${id} (${[about, ...(release === '' ? [] : [`of ${release}`])].join(', ')})`
}
