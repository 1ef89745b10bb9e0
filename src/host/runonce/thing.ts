import type { OpenStackApi, ServiceType } from '../openstack-api.js'

/** What became of one thing that `init-runonce` wants. */
export interface Outcome {
  /** `network public1` */
  readonly what: string
  readonly state: 'made' | 'found'
  /** How it differs from what is wanted, where it was there before: nobody changes it. */
  readonly differs?: string
}

/** A thing of an API, as far as all of them are alike. */
export type Thing = { readonly id: string } & Readonly<Record<string, unknown>>

/** A thing of an API that is looked for first. */
export interface Wanted {
  readonly type: ServiceType
  /** `network`, in requests and answers; a collection of them has an `s`. */
  readonly kind: string
  readonly name: string
  /** What else it is found by: its project, its network. */
  readonly by?: Readonly<Record<string, string>>
  readonly properties: Readonly<Record<string, unknown>>
}

/** The one of that name, made if there is none. */
export async function ensure(
  api: OpenStackApi,
  { type, kind, name, by = {}, properties }: Wanted,
): Promise<{ readonly thing: Thing; readonly outcome: Outcome }> {
  const what = `${kind} ${name}`
  const query = new URLSearchParams({ name, ...by }).toString()
  const found = await api.call<Record<string, readonly Thing[]>>('GET', type, `${kind}s?${query}`)
  const [present] = found[`${kind}s`] ?? []
  if (present) return { thing: present, outcome: compare(what, present, properties) }
  const made = await api.call<Record<string, Thing>>('POST', type, `${kind}s`, {
    [kind]: { name, ...properties },
  })
  const thing = made[kind]
  if (!thing) throw new Error(`no ${what} was made`)
  return { thing, outcome: { what, state: 'made' } }
}

/** A thing that was there before, beside what is wanted of it. */
export function compare(
  what: string,
  present: Readonly<Record<string, unknown>>,
  wanted: Readonly<Record<string, unknown>>,
): Outcome {
  const differences = Object.entries(wanted)
    .filter(([key, value]) => text(present[key]) !== text(value))
    .map(([key, value]) => `${key} is ${text(present[key])}, not ${text(value)}`)
  return {
    what,
    state: 'found',
    ...(differences.length > 0 && { differs: differences.join(', ') }),
  }
}

function text(value: unknown): string {
  if (value === undefined) return 'not set'
  return typeof value === 'string' ? value : JSON.stringify(value)
}
