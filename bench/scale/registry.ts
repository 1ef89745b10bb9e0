import { createHash } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** The digest that the simulated registry serves for an image, of any name and tag: `127.0.0.1:5000/kolla/cron:2026.1`. */
export function digestOf(reference: string): string {
  return `sha256:${createHash('sha256').update(pathOf(reference)).digest('hex')}`
}

/** Without the registry: `kolla/cron:2026.1`. */
const pathOf = (reference: string) => reference.slice(reference.indexOf('/') + 1)

/** A registry that has every image. Returns its port. */
export async function startRegistry(): Promise<number> {
  const server = createServer((request, response) => {
    const [, repository = '', tag = ''] =
      /^\/v2\/(.+)\/manifests\/(.+)$/.exec(request.url ?? '') ?? []
    const digest = digestOf(`registry/${repository}:${tag}`)
    const layers = [{ digest, size: 300 * 2 ** 20 }]
    response.setHeader('Docker-Content-Digest', digest)
    response.end(request.method === 'HEAD' ? undefined : JSON.stringify({ layers }))
  })
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  return (server.address() as AddressInfo).port
}
