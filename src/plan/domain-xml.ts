/** A machine as libvirt describes it, as far as it is read. */
export interface Domain {
  /** Its owner's name of it; undefined where Nova did not make it, or where it is no plain word. */
  readonly name?: string
  /** Ids of Keystone; undefined where Nova did not make it. */
  readonly owner?: { readonly project: string; readonly user: string }
  /** What it has of Ceph: `volumes/volume-…`. */
  readonly devices: readonly string[]
}

/** Reads what `virsh dumpxml` prints: libvirt's own words, and the metadata that Nova leaves there. */
export function readDomain(xml: string): Domain {
  const name = /<nova:name>([^<]*)</.exec(xml)?.[1]
  const project = idOf('project', xml)
  const user = idOf('user', xml)
  const sources = [...xml.matchAll(/<source\b[^>]*\bprotocol=['"]rbd['"][^>]*>/g)]
  return {
    ...(name !== undefined && plain.test(name) && { name }),
    ...(project !== undefined && user !== undefined && { owner: { project, user } }),
    devices: sources.flatMap(([source]) => /\bname=['"]([\w./-]+)['"]/.exec(source)?.[1] ?? []),
  }
}

/** Names are their owners' words, and shown only where nothing in them can be taken for more. */
const plain = /^[\p{L}\p{N}_.-][\p{L}\p{N} _.-]{0,63}$/u

function idOf(what: 'project' | 'user', xml: string): string | undefined {
  return new RegExp(`<nova:${what}\\b[^>]*\\buuid=['"]([0-9A-Za-z-]{1,64})['"]`).exec(xml)?.[1]
}
