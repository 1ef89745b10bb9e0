/** Service → the heads of the migrations in its databases, sorted; none where its tables were never made. */
export type Schemas = Readonly<Record<string, readonly string[]>>

/** What tells of schemas: `schema` alone, Keystone's, where an earlier version of ours has written it. */
export interface KnownSchemas {
  readonly schemas?: Schemas
  readonly schema?: readonly string[]
}

/** A service's schema beside the one that a record has. */
export interface SchemaOnTheWayBack {
  readonly service: string
  readonly found: readonly string[]
  readonly recorded: readonly string[]
}

/** Undefined where nobody has told. */
export function schemasIn({ schemas, schema }: KnownSchemas): Schemas | undefined {
  return schemas ?? (schema && { keystone: schema })
}

/** Of the services that the record knows: what others have in the database hinders none of its containers. */
export function schemasOnTheWayBack(found: Schemas, recorded: Schemas): SchemaOnTheWayBack[] {
  return Object.entries(recorded).map(([service, heads]) => {
    return { service, found: found[service] ?? [], recorded: heads }
  })
}

export function hasMoved({ found, recorded }: SchemaOnTheWayBack): boolean {
  return found.join() !== recorded.join()
}

/** Of each service whether it needs the backup, which holds all of them. */
export function describeSchemas(
  schemas: readonly SchemaOnTheWayBack[],
  isRestored: boolean,
): string[] {
  const at = (heads: readonly string[]) => heads.join(', ') || 'no revision'
  return schemas.map((schema) => {
    const { service, found, recorded } = schema
    if (hasMoved(schema)) {
      return `${service}: its schema is at ${at(found)}, the record's at ${at(recorded)}: it needs the backup`
    }
    const same = `${service}: its schema is the record's`
    return isRestored ? `${same}, and its data go back with the others` : same
  })
}
