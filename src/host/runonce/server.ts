import { setTimeout as sleep } from 'node:timers/promises'
import { runonce } from '../../plan/runonce.js'
import type { OpenStackApi, ServiceType } from '../openstack-api.js'
import type { Outcome, Thing } from './thing.js'

/** A machine as Nova tells it, as far as it is read. */
interface Server {
  readonly id: string
  readonly status: string
  readonly 'OS-EXT-STS:task_state'?: string | null
  readonly fault?: { readonly message: string }
}

interface Waiting {
  readonly signal: AbortSignal
  readonly onProgress: (line: string) => void
}

/** How long a machine may take to become active, in milliseconds: by emulation on a busy host, minutes. */
const BOOTING = 600_000

/** A machine on the demo network that runs. @throws Error with Nova's reason where it can't */
export async function ensureServer(
  api: OpenStackApi,
  { signal, onProgress }: Waiting,
): Promise<Outcome> {
  const { server: name } = runonce
  const present = await findServer(api)
  const id = present ?? (await makeServer(api))
  const deadline = Date.now() + BOOTING
  for (;;) {
    const { server } = await api.call<{ server: Server }>('GET', 'compute', `servers/${id}`)
    const { status, fault, 'OS-EXT-STS:task_state': task } = server
    if (status === 'ACTIVE') {
      return { what: `server ${name}`, state: present === undefined ? 'made' : 'found' }
    }
    if (status !== 'BUILD' || Date.now() > deadline) {
      const reason = fault === undefined ? '' : ` (${fault.message})`
      throw new Error(
        `${name} is ${status}, not ACTIVE${reason}: mend the cause, \`openstack server delete ${name}\`, and run this again`,
      )
    }
    onProgress(`${name}: ${task ?? status}`)
    await sleep(3000, undefined, { signal })
  }
}

/** The address that the machine is reached at: a floating one where there is an external network, else its own. */
export async function ensureAddress(api: OpenStackApi): Promise<string> {
  const server = await findServer(api)
  if (server === undefined) throw new Error(`there is no server ${runonce.server}`)
  const { ports } = await api.call<{ ports: readonly Thing[] }>(
    'GET',
    'network',
    `ports?device_id=${server}`,
  )
  const [port] = ports
  if (!port) throw new Error(`${runonce.server} has no port`)
  const outside = await idOf(api, 'network', 'networks', runonce.externalNetwork)
  if (outside === undefined) {
    const [fixed] = port['fixed_ips'] as readonly { ip_address: string }[]
    return fixed?.ip_address ?? ''
  }
  const { floatingips: given } = await api.call<{ floatingips: readonly Thing[] }>(
    'GET',
    'network',
    `floatingips?port_id=${port.id}`,
  )
  const [floating] = given
  if (floating) return String(floating['floating_ip_address'])
  const made = await api.call<{ floatingip: Thing }>('POST', 'network', 'floatingips', {
    floatingip: { floating_network_id: outside, port_id: port.id },
  })
  return String(made.floatingip['floating_ip_address'])
}

async function findServer(api: OpenStackApi): Promise<string | undefined> {
  // Nova takes the name for a regular expression.
  return idOf(api, 'compute', 'servers', `^${runonce.server}$`)
}

async function makeServer(api: OpenStackApi): Promise<string> {
  const { flavors } = await api.call<{ flavors: readonly Thing[] }>('GET', 'compute', 'flavors')
  const flavor = flavors.find((it) => it['name'] === runonce.flavor)?.id
  const image = await idOf(api, 'image', 'images', runonce.image)
  const network = await idOf(api, 'network', 'networks', runonce.network)
  const keyPair = await api.find('compute', `os-keypairs/${runonce.keyPair}`)
  const { server } = await api.call<{ server: Thing }>('POST', 'compute', 'servers', {
    server: {
      name: runonce.server,
      flavorRef: flavor,
      imageRef: image,
      networks: [{ uuid: network }],
      ...(keyPair !== undefined && { key_name: runonce.keyPair }),
    },
  })
  return server.id
}

/** Of the first one of that name. */
async function idOf(
  api: OpenStackApi,
  type: ServiceType,
  collection: string,
  name: string,
): Promise<string | undefined> {
  const query = new URLSearchParams({ name }).toString()
  const found = await api.call<Record<string, readonly Thing[]>>(
    'GET',
    type,
    `${collection}?${query}`,
  )
  return found[collection]?.[0]?.id
}
