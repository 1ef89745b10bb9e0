import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import { z } from 'zod'
import type { Difference } from './compare.js'

/** Whole keys, as regular expressions; what is not said matches anything. */
const pattern = z.strictObject({
  container: z.string().optional(),
  file: z.string().optional(),
  key: z.string().optional(),
  /** Its value with kolla-ansible, and with us. */
  theirs: z.string().optional(),
  ours: z.string().optional(),
  /** Said by one of the two alone. */
  only: z.enum(['theirs', 'ours']).optional(),
})
export type Pattern = z.infer<typeof pattern>

const list = z.array(
  z.strictObject({
    service: z.string(),
    differences: z.array(z.strictObject({ reason: z.string(), hides: z.array(pattern).min(1) })),
  }),
)

/** Every difference to kolla-ansible that is there on purpose, with its reason. */
export const declared = list.parse(
  parse(readFileSync(new URL('differences.yml', import.meta.url), 'utf8')),
)

/** All patterns of the list, each for itself. */
export const patterns: readonly Pattern[] = declared.flatMap((service) =>
  service.differences.flatMap((difference) => difference.hides),
)

/** The patterns that a difference is on purpose by; none for one that has no reason. */
export function hiddenBy(difference: Difference): Pattern[] {
  return patterns.filter((one) => matches(one, difference))
}

function matches(one: Pattern, difference: Difference): boolean {
  const { container, file, key, theirs, ours } = difference
  const whole = (wanted: string | undefined, value: string | undefined) =>
    wanted === undefined || (value !== undefined && new RegExp(`^(?:${wanted})$`, 's').test(value))
  return (
    whole(one.container, container) &&
    whole(one.file, file) &&
    whole(one.key, key) &&
    whole(one.theirs, theirs) &&
    whole(one.ours, ours) &&
    (one.only !== 'theirs' || ours === undefined) &&
    (one.only !== 'ours' || theirs === undefined)
  )
}

/** The list as people read it in docs/globals.md. */
export function differencesSection(): string {
  return declared
    .map(({ service, differences }) =>
      [`**${service}**`, '', ...differences.map(({ reason }) => `- ${reason}`)].join('\n'),
    )
    .join('\n\n')
}
