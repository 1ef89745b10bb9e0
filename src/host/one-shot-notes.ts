import { oneShotNotes } from '../model/observed-host.js'
import { raw, sh } from '../ssh/quote.js'
import type { Remote } from '../ssh/remote.js'

/** Notes on a host that a one-shot was run with what has this digest, for `observeHost` to see. */
export async function noteOneShots(
  remote: Remote,
  service: string,
  digests: Readonly<Record<string, string>>,
): Promise<void> {
  const writes = Object.entries(digests).map(
    ([kind, digest]) => sh`echo ${digest} >.${kind}.new && mv -f .${kind}.new ${kind}`,
  )
  await remote.runOrFail(
    [sh`umask 077; mkdir -p ${folder}/${service} && cd ${folder}/${service}`, ...writes].join(
      ' && ',
    ),
    { title: `note the one-shots of ${service}` },
  )
}

/** Whether a host has a note that a one-shot was run, with whatever it took then. */
export async function isNoted(remote: Remote, service: string, kind: string): Promise<boolean> {
  const look = sh`[[ ! -e ${folder}/${service}/${kind} ]] || echo yes`
  const { stdout } = await remote.runOrFail(look, {
    title: `look whether ${kind} of ${service} was run`,
  })
  return stdout.trim() === 'yes'
}

/** How far clocks of hosts may be apart, in seconds. */
const CLOCKS = 10

/** Of a database of another day, forgets what was done since: it is looked at again. `moment` is ISO 8601. */
export async function forgetOneShotsSince(remote: Remote, moment: string): Promise<void> {
  const since = Math.floor(Date.parse(moment) / 1000) - CLOCKS
  const newer = raw(`@${since}`)
  await remote.runOrFail(
    sh`[[ ! -d ${folder} ]] || find ${folder} -type f -newermt ${newer} -delete`,
    { title: 'forget which one-shots were run since' },
  )
}

/** Has one of a service's one-shots be due again. */
export async function forgetOneShot(remote: Remote, service: string, kind: string): Promise<void> {
  await remote.runOrFail(sh`rm -f ${folder}/${service}/${kind}`, {
    title: `forget that ${kind} of ${service} was run`,
  })
}

/** Bash that prints a line `service/kind digest` for every note below `root`. */
export const listOneShotNotes = (root: string) => sh`
if [[ -d ${root}/${oneShotNotes} ]]; then
  (cd ${root}/${oneShotNotes} && for note in */*; do [[ ! -f $note ]] || echo "$note $(<"$note")"; done)
fi`

const folder = raw(`/etc/kolla/${oneShotNotes}`)
