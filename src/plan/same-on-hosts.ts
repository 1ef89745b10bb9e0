/** What is the same on several hosts, each after the other. */
export interface SameOnHosts<Item> {
  readonly hosts: readonly string[]
  readonly each: readonly Omit<Item, 'host'>[]
}

/** A list about hosts, as a payload holds it. */
export type Packed<Item> = readonly (Item | SameOnHosts<Item>)[]

interface OnHost {
  readonly host: string
}

/** A list as short as this stays as it is: people read it in the Web UI. */
const SHORT = 200

/**
 * The same list in less room: what is said of a host is said once for all hosts next to it of which the same is said, as
 * of three hundred compute hosts. `unpack` gives it back, in the same order.
 */
export function pack<Item extends OnHost>(items: readonly Item[]): Packed<Item> {
  if (items.length <= SHORT) return items
  const packed: { hosts: string[]; text: string; each: Omit<Item, 'host'>[] }[] = []
  for (const { host, each } of byHost(items)) {
    const text = JSON.stringify(each)
    const last = packed.at(-1)
    if (last?.text === text) last.hosts.push(host)
    else packed.push({ hosts: [host], text, each })
  }
  return packed.map(({ hosts, each }) => ({ hosts, each }))
}

/** Neighbours that are about one host. */
function byHost<Item extends OnHost>(items: readonly Item[]) {
  const blocks: { readonly host: string; readonly each: Omit<Item, 'host'>[] }[] = []
  for (const { host, ...item } of items) {
    const last = blocks.at(-1)
    if (last?.host === host) last.each.push(item)
    else blocks.push({ host, each: [item] })
  }
  return blocks
}

export function unpack<Item extends OnHost>(packed: Packed<Item>): readonly Item[] {
  return packed.flatMap((one) =>
    'each' in one && 'hosts' in one
      ? one.hosts.flatMap((host) => one.each.map((item) => ({ host, ...item }) as Item))
      : [one],
  )
}
