import type { Override } from '../cloud.js'
import type { Finding } from '../finding.js'
import { nearest } from '../nearest.js'

/** One warning for every file below `config/` that nothing which is deployed reads. */
export function unusedOverrides(
  overrides: readonly Override[],
  known: Iterable<string>,
): Finding[] {
  const paths = new Set(known)
  return overrides
    .filter(({ path }) => !paths.has(path))
    .map(({ path }) => ({
      severity: 'warning',
      message: `nothing that is deployed reads this file${nearest(path, paths)}`,
      file: `config/${path}`,
    }))
}
