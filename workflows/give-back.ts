import { isOfCeph } from '../src/plan/ceph/pinned.js'
import type { Change } from '../src/plan/change.js'
import { onAll } from './operate.js'
import type { Run } from './run.js'
import { step } from './steps.js'

type Kind = 'services' | 'ceph' | 'computes'

/**
 * Gives back what a run that was ended by force has left drained. What is Ceph's wants a cluster that answers, and so its
 * monitors first; who starts machines wants Nova's API.
 */
export async function giveBack({ plan, ref, stages }: Run, of: Kind): Promise<void> {
  const due = plan.changes.filter((change) => change.action === 'giveBack' && kindOf(change) === of)
  if (due.length === 0) return
  const hosts = [...new Set(due.map(({ host }) => host))]
  const names = (on: string) => due.filter(({ host }) => host === on).map((it) => it.container)
  await stages.run('Give back what was left drained', () =>
    onAll(hosts, (host) => step('giveBack', host, ref, host, names(host))),
  )
}

function kindOf(change: Change): Kind {
  if (isOfCeph(change)) return 'ceph'
  return change.service === 'nova-cell' ? 'computes' : 'services'
}

/** All but computes, in a cloud whose Ceph answers. */
export async function giveBackFirst(run: Run): Promise<void> {
  await giveBack(run, 'services')
  await giveBack(run, 'ceph')
}
