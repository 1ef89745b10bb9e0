/** Where an image lies: `192.168.8.73:5000/kolla/cron:2026.1-debian-trixie`, taken apart. */
interface Reference {
  readonly registry: string
  readonly repository: string
  readonly tag: string
}

export interface RegistryOptions {
  /** Plain HTTP, as `docker_registry_insecure`. */
  readonly insecure: boolean
}

/** A registry that does not answer as one; the message is one sentence with the way out. */
export class RegistryError extends Error {}

const manifests = [
  'application/vnd.docker.distribution.manifest.v2+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.oci.image.index.v1+json',
].join(', ')

/**
 * The digest (`sha256:…`) that a registry v2 serves for each reference; undefined for one that it does not have.
 *
 * @throws RegistryError when it can't be asked
 */
export async function imageDigests(
  references: readonly string[],
  options: RegistryOptions,
): Promise<Map<string, string | undefined>> {
  const digests = references.map(async (reference) => {
    return [reference, await imageDigest(reference, options)] as const
  })
  return new Map(await Promise.all(digests))
}

async function imageDigest(text: string, { insecure }: RegistryOptions): Promise<string | undefined> {
  const { registry, repository, tag } = parse(text)
  const url = `${insecure ? 'http' : 'https'}://${registry}/v2/${repository}/manifests/${tag}`
  const response = await ask(registry, url)
  if (response.status === 404) return undefined
  if (response.status === 401 || response.status === 403) {
    throw new RegistryError(
      `the registry ${registry} wants a login: set docker_registry_username and docker_registry_password`,
    )
  }
  const digest = response.headers.get('docker-content-digest')
  if (response.ok && digest) return digest
  throw new RegistryError(`the registry ${registry} answered ${response.status} for ${url}`)
}

async function ask(registry: string, url: string): Promise<Response> {
  try {
    return await fetch(url, {
      method: 'HEAD',
      headers: { accept: manifests },
      signal: AbortSignal.timeout(15_000),
    })
  } catch (error) {
    throw new RegistryError(`the registry ${registry} can't be asked: ${reason(error)}`, {
      cause: error,
    })
  }
}

function reason(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
  const code = (cause as { code?: string }).code ?? ''
  if (/SSL|TLS|CERT|HPE_/.test(code)) {
    return `${code}, it may speak plain HTTP: then set docker_registry_insecure to yes`
  }
  return `${cause instanceof Error ? cause.message : String(cause)}: start it with \`kolla-temporal build\`, or mend docker_registry`
}

/** Docker's rule: the first part is a registry when it has a dot, a colon, or is localhost. */
function parse(text: string): Reference {
  const [, name = text, tag = 'latest'] = /^(.*?)(?::([^:/]+))?$/.exec(text) ?? []
  const [first = '', ...rest] = name.split('/')
  const named = rest.length > 0 && /[.:]|^localhost$/.test(first)
  return named
    ? { registry: first, repository: rest.join('/'), tag }
    : { registry: 'registry-1.docker.io', repository: name, tag }
}
