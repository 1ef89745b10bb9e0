/** How long one part of an upgrade or a rollback took, without what it waited for people. */
export interface StepTime {
  readonly seconds: number
  /** On how many hosts, where that matters. */
  readonly hosts?: number
  /** When it ended, ISO 8601. */
  readonly at: string
}

/** Title of a part, such as `Upgrade mariadb` → the last time. */
export type StepTimes = Readonly<Record<string, StepTime>>

/** `last time 94 s on 3 hosts`, `not done before` */
export function lastTime(times: StepTimes, title: string): string {
  const time = times[title]
  if (!time) return 'not done before'
  const { seconds, hosts } = time
  const on = hosts === undefined ? '' : ` on ${hosts} ${hosts === 1 ? 'host' : 'hosts'}`
  return `last time ${formatDuration(seconds)}${on}`
}

/** `94 s`, `12 min` */
function formatDuration(seconds: number): string {
  return seconds < 120 ? `${Math.round(seconds)} s` : `${Math.round(seconds / 60)} min`
}
