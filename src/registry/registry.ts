import { createHash } from 'node:crypto'
import { RegistryError, unreachable } from './errors.js'
import { authorization } from './login.js'
import type { Login } from './login.js'
import { parseReference } from './reference.js'

export { RegistryError }

export interface RegistryOptions {
  /** Plain HTTP, as `docker_registry_insecure`. */
  readonly insecure: boolean
  readonly login?: Login
  readonly signal?: AbortSignal
}

const requestsAtOnce = 8
const patienceMs = 15_000

const manifests = [
  'application/vnd.docker.distribution.manifest.v2+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.oci.image.index.v1+json',
].join(', ')

/**
 * The digest (`sha256:…`) that a registry v2 serves for each reference, in the order given; undefined for one that it
 * does not have.
 *
 * @throws RegistryError when one can't be asked
 */
export async function imageDigests(
  references: readonly string[],
  options: RegistryOptions,
): Promise<Map<string, string | undefined>> {
  return ofEach(references, (text) => {
    const { registry, repository, tag } = parseReference(text)
    return imageDigest(registry, repository, tag, options)
  })
}

/** Asks for some at once; a registry that limits requests would refuse them all. The answers are in the order given. */
async function ofEach<T>(
  references: readonly string[],
  ask: (reference: string) => Promise<T>,
): Promise<Map<string, T>> {
  const left = new Set(references).values()
  const found = new Map<string, T>()
  const asker = async () => {
    for (const text of left) found.set(text, await ask(text))
  }
  await Promise.all(Array.from({ length: requestsAtOnce }, asker))
  return new Map(references.map((text) => [text, found.get(text) as T]))
}

/** As `imageDigests`, of one image: `192.168.8.73:5000`, `kolla/cron`, `2026.1-debian-trixie`. */
export async function imageDigest(
  registry: string,
  repository: string,
  tag: string,
  options: RegistryOptions,
): Promise<string | undefined> {
  const url = `${options.insecure ? 'http' : 'https'}://${registry}/v2/${repository}/manifests/${tag}`
  const response = await ask(registry, url, 'HEAD', options)
  const digest = response?.headers.get('docker-content-digest')
  if (!response || digest) return digest ?? undefined
  // The header may be left out: the digest is the body's.
  const full = await ask(registry, url, 'GET', options)
  return full && sha256(await full.arrayBuffer())
}

const sha256 = (body: ArrayBuffer) =>
  `sha256:${createHash('sha256').update(Buffer.from(body)).digest('hex')}`

/** Undefined where there is no such manifest. */
async function ask(
  registry: string,
  url: string,
  method: 'HEAD' | 'GET',
  options: RegistryOptions,
): Promise<Response | undefined> {
  const send = async (to: string, headers: Record<string, string>, how = 'GET') => {
    const patience = AbortSignal.timeout(patienceMs)
    const signal = options.signal ? AbortSignal.any([options.signal, patience]) : patience
    try {
      return await fetch(to, { method: how, headers, signal })
    } catch (error) {
      options.signal?.throwIfAborted()
      throw unreachable(registry, error)
    }
  }
  let response = await send(url, { accept: manifests }, method)
  if (response.status === 401) {
    const challenge = response.headers.get('www-authenticate') ?? ''
    const shown = await authorization(challenge, options.login, send)
    if (shown) response = await send(url, { accept: manifests, authorization: shown }, method)
  }
  if (response.ok) return response
  if (response.status === 404) return undefined
  throw new RegistryError(refusal(registry, url, response.status, options))
}

function refusal(
  registry: string,
  url: string,
  status: number,
  { login }: RegistryOptions,
): string {
  if (status !== 401 && status !== 403) {
    const hint =
      status === 400 ? ' (does it speak HTTPS? then set docker_registry_insecure to no)' : ''
    return `the registry ${registry} answered ${status} for ${url}${hint}`
  }
  return login
    ? `the registry ${registry} refuses ${login.username}: check docker_registry_username and docker_registry_password`
    : `the registry ${registry} wants a login: set docker_registry_username and docker_registry_password`
}

/** A part of an image; images share those that they have in common. */
export interface Layer {
  readonly digest: string
  /** As it is transferred: gzipped. */
  readonly bytes: number
}

interface Manifest {
  readonly layers?: readonly { readonly digest: string; readonly size: number }[]
}

/** The layers of images by their references; none where the registry has only a list for several architectures. */
export async function imageLayers(
  references: readonly string[],
  options: RegistryOptions,
): Promise<Map<string, Layer[]>> {
  return ofEach(references, (text) => layersOf(text, options))
}

async function layersOf(text: string, options: RegistryOptions): Promise<Layer[]> {
  const { registry, repository, tag } = parseReference(text)
  const scheme = options.insecure ? 'http' : 'https'
  const url = `${scheme}://${registry}/v2/${repository}/manifests/${tag}`
  const response = await ask(registry, url, 'GET', options)
  const manifest = (response ? await response.json() : {}) as Manifest
  return (manifest.layers ?? []).map(({ digest, size }) => ({ digest, bytes: size }))
}
