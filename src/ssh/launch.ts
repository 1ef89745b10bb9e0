import { sh } from './quote.js'

/** First line of every script's standard error; what a login shell wrote before it is none of ours. */
const marker = /(?:^|\n)kolla-temporal: process group (\d+)\n/

const prelude = [
  'export LC_ALL=C PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  'read -r _ _ _ _ group _ </proc/$$/stat',
  'echo "kolla-temporal: process group $group" >&2',
  '',
].join('\n')

/** Linux takes no longer single argument; data belongs into standard input anyway. */
const longest = 120_000

/** The command line that runs a bash script as root, telling its process group first. */
export function launch(script: string, become: boolean): string {
  const bash = sh`bash -c ${prelude + script}`
  const command = become ? `exec sudo -n -- ${bash}` : `exec ${bash}`
  if (Buffer.byteLength(command) > longest) throw new RangeError('The script is too long.')
  return command
}

/** Splits what has come on standard error into the process group and the rest, once the group is there. */
export function readProcessGroup(text: string): { group: number; rest: string } | undefined {
  const match = marker.exec(text)
  return match
    ? { group: Number(match[1]), rest: text.slice(match.index + match[0].length) }
    : undefined
}
