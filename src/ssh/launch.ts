import type { ClientChannel } from 'ssh2'
import type { Connection } from '../model/cloud.js'
import { answerSudo } from './sudo.js'
import { raw, sh } from './quote.js'

/** Every process of a script has this in its environment, so that it can be found and ended. */
export const runVariable = 'KOLLA_TEMPORAL_RUN'

const prelude =
  'export LC_ALL=C PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\n'

/** Linux takes no longer single argument; data belongs into standard input anyway. */
const longest = 120_000

/** How a script is run as root. */
export interface Launch {
  readonly command: string
  /** Resolves when the script has begun on this channel, and standard input is its own. @throws Error with sudo's words */
  readonly begun: (channel: ClientChannel) => Promise<void>
}

/**
 * What runs a bash script as root, with more variables in its environment; sudo gets its password when it asks, and from
 * standard input.
 */
export function launch(
  script: string,
  { become, becomePassword }: Pick<Connection, 'become' | 'becomePassword'>,
  id: string,
  environment: Readonly<Record<string, string>> = {},
): Launch {
  const variables = Object.entries({ [runVariable]: id, ...environment }).map(
    ([name, value]) => `${name}=${value}`,
  )
  if (!become || becomePassword === undefined) {
    const sudo = raw(become ? 'sudo -n -- ' : '')
    const command = sh`exec ${sudo}env ${variables} bash -c ${prelude + script}`
    return { command: checked(command), begun: () => Promise.resolve() }
  }
  const marks = { asks: `kolla-temporal asks for ${id}`, begins: `kolla-temporal begins ${id}` }
  const whole = sh`echo ${marks.begins} >&2\n` + prelude + script
  const command = sh`exec sudo -S -p ${marks.asks} -- env ${variables} bash -c ${whole}`
  return {
    command: checked(command),
    begun: (channel) => answerSudo(channel, marks, becomePassword),
  }
}

function checked(command: string): string {
  if (Buffer.byteLength(command) > longest) throw new RangeError('The script is too long.')
  return command
}
