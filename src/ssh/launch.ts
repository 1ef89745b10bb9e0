import { raw, sh } from './quote.js'

/** Every process of a script has this in its environment, so that it can be found and ended. */
export const runVariable = 'KOLLA_TEMPORAL_RUN'

const prelude =
  'export LC_ALL=C PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\n'

/** Linux takes no longer single argument; data belongs into standard input anyway. */
const longest = 120_000

/** The command line that runs a bash script as root, with more variables in its environment. */
export function launch(
  script: string,
  become: boolean,
  id: string,
  environment: Readonly<Record<string, string>> = {},
): string {
  const sudo = raw(become ? 'sudo -n -- ' : '')
  const more = Object.entries(environment).map(([name, value]) => `${name}=${value}`)
  const command = sh`exec ${sudo}env ${[`${runVariable}=${id}`, ...more]} bash -c ${prelude + script}`
  if (Buffer.byteLength(command) > longest) throw new RangeError('The script is too long.')
  return command
}
