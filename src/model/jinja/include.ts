import { Lookup } from './values.js'
import type { Scope } from './values.js'

/** The name by which a scope gives the texts of the files that a template may include; no variable can have it. */
export const besideName = '{% include %}'

/** How `{% include … %}` is written where the parser, which does not know it, shall read a call. */
export const includeCall = 'kolla_temporal_include'

/** A file that templates may include, by its path below one folder. */
export interface Includable {
  readonly path: string
  readonly text: string
}

/**
 * The scope with the files that a template at `path` may include: by their path below its own folder first, as
 * kolla-ansible's search path has it, then by that below the whole.
 */
export function withFiles(scope: Scope, path: string, files: readonly Includable[]): Scope {
  const folder = path.slice(0, path.lastIndexOf('/') + 1)
  const find = (name: string) => {
    const known = [folder + name, name].map((one) => one.replace(/^\.\//, ''))
    return known.flatMap((one) => files.find((file) => file.path === one) ?? [])[0]?.text
  }
  const beside = new Lookup(
    files.map((file) => file.path),
    find,
  )
  return (name) => (name === besideName ? beside : scope(name))
}

/** The paths that a template at `path` may mean by the names it includes. */
export function includedPaths(path: string, text: string): string[] {
  const folder = path.slice(0, path.lastIndexOf('/') + 1)
  const names =
    /(?:include\s*\[?|lookup\(\s*['"](?:ansible\.builtin\.)?file['"]\s*,)\s*['"]([^'"]+)['"]/g
  return [...text.matchAll(names)].flatMap(([, name = '']) => [folder + name, name])
}

const statement =
  /\{%([-+]?)\s*include\s+(.+?)(\s+ignore\s+missing)?(?:\s+with(?:out)?\s+context)?\s*([-+]?)%\}/gs

/** `{% include 'a.j2' %}` as the expression of its text. */
export function includesAsCalls(template: string): string {
  return template.replace(
    statement,
    (_, before: string, name: string, missing: string | undefined, after: string) =>
      `{{${before === '-' ? '-' : ''} ${includeCall}(${name}${missing ? ', true' : ''}) ${after === '-' ? '-' : ''}}}`,
  )
}
