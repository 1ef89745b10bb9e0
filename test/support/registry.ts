import { lab } from './lab.js'

/** The lab's registry, asked and changed from outside. */
const images = '192.168.8.73:5000/kolla'
const manifests = (image: string, tag: string) =>
  `http://192.168.8.73:5000/v2/kolla/${image}/manifests/${tag}`
const type = 'application/vnd.docker.distribution.manifest.v2+json'

/** What the registry serves for a tag. */
export async function digestOf(image: string, tag: string): Promise<string> {
  const response = await fetch(manifests(image, tag), { method: 'HEAD', headers: { accept: type } })
  return response.headers.get('docker-content-digest') ?? `no ${image}:${tag}`
}

/** The returned function puts what a tag means now back. */
export async function remember(image: string, tag: string): Promise<() => Promise<void>> {
  const manifest = await read(image, tag)
  return () => put(image, tag, manifest)
}

/** Pushes an image under its tag again, with another digest and all else the same. The returned function undoes it. */
export async function pushAnew(image: string, tag: string): Promise<() => Promise<void>> {
  const manifest = await read(image, tag)
  await put(image, tag, `${manifest}\n`)
  return () => put(image, tag, manifest)
}

async function read(image: string, tag: string): Promise<string> {
  return (await fetch(manifests(image, tag), { headers: { accept: type } })).text()
}

async function put(image: string, tag: string, body: string): Promise<void> {
  const headers = { 'content-type': type }
  const response = await fetch(manifests(image, tag), { method: 'PUT', headers, body })
  if (!response.ok) throw new Error(`${image}:${tag}: HTTP status ${response.status}`)
}

/** Builds an image from another one of the registry, on its host, and pushes it. */
export async function derive(
  { image, tag, from = tag }: { image: string; tag: string; from?: string },
  ...instructions: readonly string[]
): Promise<void> {
  const file = [`FROM ${images}/${image}:${from}`, ...instructions].join('\n')
  await lab(
    'ssh',
    'kollar',
    `set -e
docker pull -q ${images}/${image}:${from}
DOCKER_BUILDKIT=0 docker build -q -t ${images}/${image}:${tag} - <<'FILE'
${file}
FILE
docker push -q ${images}/${image}:${tag}`,
  )
}

/** Takes an image out of the registry, as its tag or its digest names it. The returned function puts it back. */
export async function hide(image: string, name: string): Promise<() => Promise<void>> {
  const repository = `/var/lib/registry/docker/registry/v2/repositories/kolla/${image}`
  const [kind, value] = name.startsWith('sha256:')
    ? ['revisions/sha256', name.slice(7)]
    : ['tags', name]
  const [there, away] = [
    `${repository}/_manifests/${kind}/${value}`,
    `${repository}/hidden-${value}`,
  ]
  const move = async (from: string, to: string) => {
    await lab('ssh', 'kollar', `mv ${from} ${to}`)
  }
  await move(there, away)
  return () => move(away, there)
}
