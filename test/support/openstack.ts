import { logIn } from './outside.js'
import type { Installation } from './installation.js'

interface Entry {
  readonly type: string
  readonly endpoints: readonly { readonly interface: string; readonly url: string }[]
}

/** The administrator's session of a cloud, which asks each API at its public endpoint, from this machine. */
export class OpenStack {
  private constructor(
    private readonly token: string,
    private readonly catalogue: readonly Entry[],
  ) {}

  static async of(installation: Installation): Promise<OpenStack> {
    const { token, about } = await logIn(installation)
    return new OpenStack(token, about['catalog'] as readonly Entry[])
  }

  has(type: string): boolean {
    return this.catalogue.some((it) => it.type === type)
  }

  /** Public URL of a type of service: `image`, `block-storage`, `orchestration`. */
  endpoint(type: string): string {
    const entry = this.catalogue.find((it) => it.type === type)
    const found = entry?.endpoints.find((it) => it.interface === 'public')
    if (!found) throw new Error(`the catalogue has no public endpoint of ${type}`)
    return found.url
  }

  /** @throws for any status but 2xx, with what the API answered */
  async ask<T>(
    method: string,
    type: string,
    path: string,
    body?: object,
    headers?: Readonly<Record<string, string>>,
  ): Promise<T> {
    const response = await fetch(`${this.endpoint(type)}${path}`, {
      method,
      headers: { 'content-type': 'application/json', 'x-auth-token': this.token, ...headers },
      ...(body && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(60_000),
    })
    const text = await response.text()
    if (!response.ok) throw new Error(`${method} ${type} ${path}: ${response.status} ${text}`)
    return (text === '' ? undefined : JSON.parse(text)) as T
  }

  /** An image with this content, sent in pieces of unknown number, as clients do. Returns its id when it can be used. */
  async createImage(name: string, content: Buffer): Promise<string> {
    const image = await this.ask<{ id: string }>('POST', 'image', '/v2/images', {
      ...{ name, disk_format: 'raw', container_format: 'bare' },
    })
    const half = Math.floor(content.length / 2)
    const pieces = [content.subarray(0, half), content.subarray(half)]
    const response = await fetch(`${this.endpoint('image')}/v2/images/${image.id}/file`, {
      method: 'PUT',
      headers: { 'content-type': 'application/octet-stream', 'x-auth-token': this.token },
      body: ReadableStream.from(pieces),
      duplex: 'half',
      signal: AbortSignal.timeout(120_000),
    })
    if (!response.ok) throw new Error(`upload: ${response.status} ${await response.text()}`)
    await this.until('active', async () => {
      return (await this.ask<{ status: string }>('GET', 'image', `/v2/images/${image.id}`)).status
    })
    return image.id
  }

  async imageContent(id: string): Promise<Buffer> {
    const response = await fetch(`${this.endpoint('image')}/v2/images/${id}/file`, {
      headers: { 'x-auth-token': this.token },
      signal: AbortSignal.timeout(120_000),
    })
    if (!response.ok) throw new Error(`download: ${response.status} ${await response.text()}`)
    return Buffer.from(await response.arrayBuffer())
  }

  /** A volume of 1 GiB, empty or from an image, a snapshot or a backup. Returns its id when it can be used. */
  async createVolume(name: string, from: Readonly<Record<string, string>> = {}): Promise<string> {
    const volume = { name, size: 1, ...from }
    const made = await this.ask<{ volume: { id: string } }>('POST', 'block-storage', '/volumes', {
      volume,
    })
    await this.isAvailable('volume', made.volume.id)
    return made.volume.id
  }

  async createSnapshot(volume: string): Promise<string> {
    const made = await this.ask<{ snapshot: { id: string } }>(
      'POST',
      'block-storage',
      '/snapshots',
      { snapshot: { volume_id: volume, name: 'snapshot' } },
    )
    await this.isAvailable('snapshot', made.snapshot.id)
    return made.snapshot.id
  }

  async createBackup(volume: string): Promise<string> {
    const made = await this.ask<{ backup: { id: string } }>('POST', 'block-storage', '/backups', {
      backup: { volume_id: volume, name: 'backup' },
    })
    await this.isAvailable('backup', made.backup.id)
    return made.backup.id
  }

  /** A new volume with what a backup holds. */
  async restoreBackup(backup: string): Promise<string> {
    const { restore } = await this.ask<{ restore: { volume_id: string } }>(
      'POST',
      'block-storage',
      `/backups/${backup}/restore`,
      { restore: { name: 'restored' } },
    )
    await this.isAvailable('volume', restore.volume_id)
    return restore.volume_id
  }

  /** A stack of one template, complete. */
  async createStack(name: string, resources: object): Promise<void> {
    const template = { heat_template_version: '2021-04-16', resources }
    await this.ask('POST', 'orchestration', '/stacks', { stack_name: name, template })
    await this.until('CREATE_COMPLETE', () => this.#stackStatus(name))
  }

  /** What a resource of the type `OS::Heat::Value` holds. */
  async stackValue(stack: string, resource: string): Promise<string> {
    const { resource: found } = await this.ask<{ resource: { attributes: { value: string } } }>(
      'GET',
      'orchestration',
      `/stacks/${await this.#pathOf(stack)}/resources/${resource}`,
    )
    return found.attributes.value
  }

  /** With all that it has made. */
  async deleteStack(name: string): Promise<void> {
    const path = await this.#pathOf(name)
    await this.ask('DELETE', 'orchestration', `/stacks/${path}`)
    await this.until('DELETE_COMPLETE', () => this.#stackStatus(path))
  }

  async #stackStatus(path: string): Promise<string> {
    const { stack } = await this.ask<{ stack: { stack_status: string } }>(
      'GET',
      'orchestration',
      `/stacks/${path}`,
    )
    return stack.stack_status
  }

  /** Name and id: what a stack is asked for by its name alone is a redirection. */
  async #pathOf(name: string): Promise<string> {
    const { stack } = await this.ask<{ stack: { id: string } }>(
      'GET',
      'orchestration',
      `/stacks/${name}`,
    )
    return `${name}/${stack.id}`
  }

  isVolume(id: string, status: string): Promise<void> {
    return this.is(status, 'volume', id)
  }

  private isAvailable(kind: 'volume' | 'snapshot' | 'backup', id: string): Promise<void> {
    return this.is('available', kind, id)
  }

  private is(status: string, kind: 'volume' | 'snapshot' | 'backup', id: string): Promise<void> {
    return this.until(status, async () => {
      const found = await this.ask<Record<string, { status: string }>>(
        'GET',
        'block-storage',
        `/${kind}s/${id}`,
      )
      return found[kind]?.status ?? ''
    })
  }

  private async until(wanted: string, state: () => Promise<string>): Promise<void> {
    const deadline = Date.now() + 180_000
    for (;;) {
      const now = await state()
      if (now === wanted) return
      if (/error|failed/i.test(now)) throw new Error(`it became ${now}`)
      if (Date.now() > deadline) throw new Error(`it is still ${now}`)
      await new Promise((resolve) => setTimeout(resolve, 1000))
    }
  }
}
