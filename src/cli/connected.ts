import type { KollaTemporal } from '../client/index.js'
import type { Options } from './options.js'

/** Does something with a connection to the server that the options choose, and closes it. */
export async function connected<T>(
  options: Options,
  body: (client: KollaTemporal) => Promise<T>,
): Promise<T> {
  const { connect } = await import('../client/index.js')
  const { address, namespace, temporalProfile: profile } = options
  const client = await connect({ address, namespace, profile })
  try {
    return await body(client)
  } finally {
    await client.close()
  }
}
