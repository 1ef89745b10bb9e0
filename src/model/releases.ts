/** OpenStack releases that kolla-temporal deploys, oldest first. */
export const supportedReleases = ['2025.2', '2026.1'] as const

export type Release = (typeof supportedReleases)[number]

export function isReleaseSupported(release: string): release is Release {
  return (supportedReleases as readonly string[]).includes(release)
}
