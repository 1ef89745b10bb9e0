/** `192.168.8.73:5000/kolla/cron:2026.1-debian-trixie`, or `…/cron@sha256:…`, taken apart. */
export interface Reference {
  readonly registry: string
  readonly repository: string
  /** Or a digest: a registry takes either. */
  readonly tag: string
}

/** As Docker reads it: the first part is a registry when it has a dot, a colon, or is localhost. */
export function parseReference(text: string): Reference {
  const [, name = text, digest, tag = digest ?? 'latest'] =
    /^(.+?)(?:@([^@/]+)|:([^:/]+))?$/.exec(text) ?? []
  const [first = '', ...rest] = name.split('/')
  if (rest.length > 0 && /[.:]|^localhost$/.test(first)) {
    return { registry: first, repository: rest.join('/'), tag }
  }
  const repository = rest.length > 0 ? name : `library/${name}`
  return { registry: 'registry-1.docker.io', repository, tag }
}
