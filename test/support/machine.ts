import { eventually } from './lab.js'
import type { OpenStack } from './openstack.js'

export interface MachineOptions {
  readonly image: string
  readonly network: string
  readonly flavor: string
  /** A shell script that the guest runs once it has its metadata. */
  readonly script?: string
}

interface Server {
  readonly id: string
  readonly status: string
  readonly fault?: { readonly message: string }
  readonly 'OS-EXT-SRV-ATTR:host': string
}

/** A virtual machine, as its owner sees it: through the APIs, its console and its addresses. */
export class Machine {
  private constructor(
    private readonly cloud: OpenStack,
    readonly name: string,
    readonly id: string,
  ) {}

  /** Boots one from the names of an image, a network and a flavor; resolves when it is active. */
  static async boot(cloud: OpenStack, name: string, options: MachineOptions): Promise<Machine> {
    const { script } = options
    const server = {
      name,
      imageRef: await idOf(cloud, 'image', '/v2/images', 'images', options.image),
      flavorRef: await idOf(cloud, 'compute', '/flavors', 'flavors', options.flavor),
      networks: [
        { uuid: await idOf(cloud, 'network', '/v2.0/networks', 'networks', options.network) },
      ],
      ...(script !== undefined && { user_data: Buffer.from(script).toString('base64') }),
    }
    const made = await cloud.ask<{ server: { id: string } }>('POST', 'compute', '/servers', {
      server,
    })
    const machine = new Machine(cloud, name, made.server.id)
    await machine.until((it) => it.status === 'ACTIVE')
    return machine
  }

  /** The host that it runs on. */
  async host(): Promise<string> {
    return (await this.server())['OS-EXT-SRV-ATTR:host']
  }

  /** Everything that it has said on its serial console. */
  async console(): Promise<string> {
    const { output } = await this.act<{ output: string }>({ 'os-getConsoleOutput': {} })
    return output
  }

  async says(line: RegExp, seconds = 180): Promise<string> {
    return eventually(
      () => this.console(),
      (text) => line.test(text),
      seconds,
    )
  }

  /** Address of a console by noVNC, for a browser. */
  async consoleUrl(): Promise<string> {
    const { remote_console: console } = await this.cloud.ask<{ remote_console: { url: string } }>(
      'POST',
      'compute',
      `/servers/${this.id}/remote-consoles`,
      { remote_console: { protocol: 'vnc', type: 'novnc' } },
      { 'openstack-api-version': 'compute 2.6' },
    )
    return console.url
  }

  /** Gives it a floating address of an external network. */
  async giveFloatingAddress(network: string): Promise<string> {
    const { ports } = await this.cloud.ask<{ ports: { id: string }[] }>(
      'GET',
      'network',
      `/v2.0/ports?device_id=${this.id}`,
    )
    const { floatingip } = await this.cloud.ask<{ floatingip: { floating_ip_address: string } }>(
      'POST',
      'network',
      '/v2.0/floatingips',
      {
        floatingip: {
          floating_network_id: await idOf(
            this.cloud,
            'network',
            '/v2.0/networks',
            'networks',
            network,
          ),
          port_id: ports[0]?.id,
        },
      },
    )
    return floatingip.floating_ip_address
  }

  async attach(volume: string): Promise<void> {
    await this.cloud.ask('POST', 'compute', `/servers/${this.id}/os-volume_attachments`, {
      volumeAttachment: { volumeId: volume },
    })
    await this.cloud.isVolume(volume, 'in-use')
  }

  async detach(volume: string): Promise<void> {
    const attachments = `/servers/${this.id}/os-volume_attachments`
    await this.cloud.ask('DELETE', 'compute', `${attachments}/${volume}`)
    await this.cloud.isVolume(volume, 'available')
    // Nova forgets it a moment after Cinder, and lets no other machine have it before.
    await eventually(
      () => this.cloud.ask<{ volumeAttachments: unknown[] }>('GET', 'compute', attachments),
      ({ volumeAttachments }) => volumeAttachments.length === 0,
      60,
    )
  }

  /** To another host, or to this one, while it runs. */
  async migrate(host?: string): Promise<void> {
    const before = await this.host()
    if (before === host) return
    await this.act({
      'os-migrateLive': { host: host ?? null, block_migration: false, disk_over_commit: false },
    })
    await this.until((it) => it.status === 'ACTIVE' && it['OS-EXT-SRV-ATTR:host'] !== before)
  }

  /** Of one whose host was switched off: its owner's to do. */
  async start(): Promise<void> {
    await this.until((it) => it.status === 'SHUTOFF')
    await this.act({ 'os-start': null })
    await this.until((it) => it.status === 'ACTIVE')
  }

  private act<T>(action: object): Promise<T> {
    return this.cloud.ask('POST', 'compute', `/servers/${this.id}/action`, action)
  }

  private async server(): Promise<Server> {
    return (await this.cloud.ask<{ server: Server }>('GET', 'compute', `/servers/${this.id}`))
      .server
  }

  private async until(satisfies: (server: Server) => boolean): Promise<void> {
    const server = await eventually(
      () => this.server(),
      (it) => satisfies(it) || it.status === 'ERROR',
      300,
    )
    if (server.status === 'ERROR') throw new Error(`${this.name}: ${server.fault?.message ?? ''}`)
  }
}

/** Id of the one thing of that name. */
async function idOf(
  cloud: OpenStack,
  type: string,
  path: string,
  kind: string,
  name: string,
): Promise<string> {
  const found = await cloud.ask<Record<string, { id: string; name: string }[]>>('GET', type, path)
  const [thing] = found[kind]?.filter((it) => it.name === name) ?? []
  if (!thing) throw new Error(`there is no ${name} among ${kind}`)
  return thing.id
}
