import type { ObservedCeph } from '../../model/observed-host.js'
import type { Remote } from '../../ssh/remote.js'
import { parseCeph } from '../observe/ceph.js'
import { factsOf } from '../observe/fact.js'
import { cephScript } from '../observe/ceph-script.js'
import type { CephQuestions } from '../observe/ceph-script.js'
import { sectionFunction, splitSections } from '../observe/script.js'

/** What a host's disks and volumes show of Ceph now, when the rest of the host does not matter. */
export async function observeCeph(
  remote: Remote,
  questions: Omit<CephQuestions, 'fsid'>,
): Promise<ObservedCeph> {
  const engine = questions.monitor
    ? "docker=('' \"$(docker info --format '{{.DockerRootDir}}')\") || exit 1"
    : ''
  const { stdout } = await remote.runOrFail(
    [sectionFunction, engine, cephScript(questions), 'exit 0'].join('\n'),
    { title: 'look at disks and volumes of Ceph' },
  )
  return factsOf(remote.host, () => parseCeph(splitSections(stdout)))
}
