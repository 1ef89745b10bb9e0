/** OpenStack releases that kolla-temporal deploys, oldest first. */
export const supportedReleases = ['2025.2', '2026.1'] as const

export type Release = (typeof supportedReleases)[number]

export function isReleaseSupported(release: string): release is Release {
  return (supportedReleases as readonly string[]).includes(release)
}

/**
 * Why a cloud can't be upgraded from one release to another; undefined where it can. OpenStack's services go to the
 * next release, and from one that ends in `.1` also to the next of those ("SLURP").
 */
export function upgradeProblem(from: string, to: string): string | undefined {
  if (!isReleaseSupported(to)) {
    return `release must be one of ${supportedReleases.join(', ')}, not '${to}'`
  }
  const [start, end] = [ordinal(from), ordinal(to)]
  if (end < start) {
    return `${from} → ${to} is a step back: databases can't be migrated backwards; use rollback, which restores what it must`
  }
  const longest = from.endsWith('.1') && to.endsWith('.1') ? 2 : 1
  if (end - start > longest) {
    return `${from} → ${to} skips a release that OpenStack's services can't skip: upgrade to ${next(from)} first`
  }
  return undefined
}

/** Two releases a year. */
function ordinal(release: string): number {
  const [year, half] = release.split('.').map(Number)
  return (year ?? 0) * 2 + (half ?? 0)
}

function next(release: string): string {
  const [year = 0, half] = release.split('.').map(Number)
  return half === 1 ? `${year}.2` : `${year + 1}.1`
}
