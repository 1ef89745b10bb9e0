import { sh } from '../ssh/quote.js'
import type { Remote } from '../ssh/remote.js'

/** One empty file for each thing that a verb of ours has taken out of service and not given back. */
export const notesFolder = '/var/lib/kolla-temporal/drained'

/** Before it is done: a run that ends at any moment afterwards leaves the note, and the next plan sees it. */
export async function leaveNote(remote: Remote, note: string, folder = notesFolder): Promise<void> {
  const file = `${folder}/${note}`
  await remote.runOrFail(sh`mkdir -p ${folder} && : >${file} && sync ${file} ${folder}`, {
    title: `note that ${note} is drained`,
  })
}

/** Once it is given back. */
export async function removeNote(
  remote: Remote,
  note: string,
  folder = notesFolder,
): Promise<void> {
  await remote.runOrFail(sh`rm -f ${`${folder}/${note}`}`, {
    title: `note that ${note} is given back`,
  })
}
