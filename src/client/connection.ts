import { connect as connectSocket } from 'node:net'
import type { Connection, ConnectionOptions } from '@temporalio/client'
import { loadClientConnectConfig } from '@temporalio/envconfig'
import { BadInput, NoServer, toOperationError } from './errors.js'

/** Where the Temporal server is. What is not given comes from the environment (`TEMPORAL_ADDRESS` …), then Temporal's client profile, then the local server. */
export interface ServerChoice {
  /** `host:port` */
  readonly address?: string | undefined
  readonly namespace?: string | undefined
  /** A profile of Temporal's own client configuration (`temporal config list`). */
  readonly profile?: string | undefined
}

export interface Server {
  readonly address: string
  readonly namespace: string
  readonly options: ConnectionOptions
}

type Interceptors = NonNullable<ConnectionOptions['interceptors']>

export const LOCAL_ADDRESS = '127.0.0.1:7233'
const CONNECT_TIMEOUT = 5_000

/** @throws BadInput when the profile does not exist or can't be read */
export function resolveServer(choice: ServerChoice = {}): Server {
  const { connectionOptions, namespace } = loadProfile(choice.profile)
  const address = choice.address ?? connectionOptions.address ?? LOCAL_ADDRESS
  const { apiKey, tls, metadata } = connectionOptions
  return {
    address,
    namespace: choice.namespace ?? namespace ?? 'default',
    options: {
      address,
      connectTimeout: CONNECT_TIMEOUT,
      ...(apiKey !== undefined && { apiKey }),
      ...(tls != null && { tls }),
      ...(metadata && { metadata }),
    },
  }
}

function loadProfile(profile: string | undefined) {
  try {
    return loadClientConnectConfig(profile === undefined ? {} : { profile })
  } catch (error) {
    const message = `Temporal's client profile can't be used: ${(error as Error).message}`
    throw new BadInput([{ severity: 'error', message }])
  }
}

/** @throws NoServer */
export async function openConnection({ address, options }: Server): Promise<Connection> {
  if (isLocal(address)) await knock(address)
  const { Connection, defaultGrpcRetryOptions, makeGrpcRetryInterceptor } =
    await import('@temporalio/client')
  const repeating = makeGrpcRetryInterceptor(defaultGrpcRetryOptions())
  const once = makeGrpcRetryInterceptor({
    ...defaultGrpcRetryOptions(),
    retryableDecider: () => false,
  })
  // The SDK's pause before a repetition can't be cut short, and what it repeats on a closed connection ends the
  // process: who gives a deadline repeats by himself.
  const interceptors: Interceptors = [
    (request, next) => (request.deadline === undefined ? repeating : once)(request, next),
  ]
  return Connection.connect({ ...options, interceptors }).catch((error: unknown) => {
    throw new NoServer(address, toOperationError(error).message)
  })
}

export function isLocal(address: string): boolean {
  return /^(127\.|localhost:|\[?::1\]?:)/.test(address)
}

/**
 * Whether anything listens: gRPC would try a refused port again until its deadline; on this machine a refusal is an answer.
 *
 * @throws NoServer
 */
export async function knock(address: string): Promise<void> {
  const { host, port } = splitAddress(address)
  await new Promise<void>((resolve, reject) => {
    const socket = connectSocket({ host, port, timeout: CONNECT_TIMEOUT })
    socket.once('connect', resolve)
    socket.once('timeout', () => reject(new NoServer(address, 'no answer')))
    socket.once('error', () => reject(new NoServer(address, 'connection refused')))
    socket.once('connect', () => socket.destroy())
  })
}

/** `127.0.0.1:7233`, `[::1]:7233`; Temporal's port where none is given. */
export function splitAddress(address: string): { host: string; port: number } {
  const [, host, port] = /^(.*?)(?::(\d+))?$/.exec(address) ?? []
  return { host: (host ?? address).replace(/^\[|\]$/g, ''), port: Number(port ?? 7233) }
}
