/** `ceph status --format json`, as far as we read it. */
export interface CephStatus {
  readonly health: {
    readonly status: string
    readonly checks: Readonly<
      Record<string, { readonly severity: string; readonly summary: { readonly message: string } }>
    >
  }
  readonly quorum_names: readonly string[]
  readonly osdmap: {
    readonly num_osds: number
    readonly num_up_osds: number
    readonly num_in_osds: number
  }
  readonly mgrmap: { readonly available: boolean }
}

/** What Ceph says of itself, in a line, and what is wrong by its own word. */
export function describeHealth(
  status: CephStatus,
  monitors: number,
): { summary: string; errors: string[]; warnings: string[] } {
  const { health, quorum_names: quorum, osdmap, mgrmap } = status
  const checks = Object.entries(health.checks).map(([code, { severity, summary }]) => ({
    severity,
    text: `${summary.message} (${code})`,
  }))
  const of = (severity: string) => checks.filter((it) => it.severity === severity)
  const few = quorum.length < monitors ? [`${quorum.length} of ${monitors} monitors in quorum`] : []
  return {
    summary: `${health.status}: ${quorum.length} monitors, ${osdmap.num_up_osds} of ${osdmap.num_osds} OSDs up, ${osdmap.num_in_osds} in`,
    errors: of('HEALTH_ERR').map(({ text }) => text),
    warnings: [
      ...few,
      ...(mgrmap.available ? [] : ['no manager is active']),
      ...of('HEALTH_WARN').map(({ text }) => text),
    ],
  }
}
