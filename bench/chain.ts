/** A step of one deploy, as `kolla-temporal --json deploy` printed it: milliseconds since the epoch. */
export interface Step {
  readonly verb: string
  /** Usually a host's name. */
  readonly summary: string
  readonly began: number
  readonly ended: number
}

/** Verbs that start containers, for good or for a job; all others look, write or fetch. */
const startsContainers = /^(start|bootstrap|recover|shareFernetKeys)/

/** Steps that ended in success, from the lines of `--json`. */
export function readSteps(lines: string): Step[] {
  return lines
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as { type: string; time: string; seconds: number; step: Step })
    .filter(({ type }) => type === 'stepCompleted')
    .map(({ time, seconds, step: { verb, summary } }) => {
      const ended = Date.parse(time)
      return { verb, summary, began: ended - seconds * 1000, ended }
    })
}

/**
 * The slowest chain of container starts: from the step that ended last back to the first, each time by way of the step
 * that had just ended when it began. No deploy of these containers, in this order, on these hosts can be faster.
 */
export function slowestChain(steps: readonly Step[]): Step[] {
  const starts = steps.filter(({ verb }) => startsContainers.test(verb))
  const chain: Step[] = []
  for (let next = last(starts); next;) {
    chain.unshift(next)
    const { began } = next
    next = last(starts.filter(({ ended }) => ended <= began))
  }
  return chain
}

/** Seconds that the steps of a chain took, without what lies between them. */
export function chainSeconds(chain: readonly Step[]): number {
  return chain.reduce((sum, { began, ended }) => sum + (ended - began) / 1000, 0)
}

function last(steps: readonly Step[]): Step | undefined {
  return steps.reduce<Step | undefined>(
    (latest, step) => (latest && latest.ended >= step.ended ? latest : step),
    undefined,
  )
}
