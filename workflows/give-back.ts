import { onAll } from './operate.js'
import type { Run } from './run.js'
import { step } from './steps.js'

/**
 * Gives back what a run that was ended by force has left drained. What is Ceph's wants a cluster that answers, and so its
 * monitors first.
 */
export async function giveBack({ plan, ref, stages }: Run, of: 'services' | 'ceph'): Promise<void> {
  const isCephs = (service: string) => service.startsWith('ceph-')
  const due = plan.changes.filter(
    ({ action, service }) => action === 'giveBack' && isCephs(service) === (of === 'ceph'),
  )
  if (due.length === 0) return
  const hosts = [...new Set(due.map(({ host }) => host))]
  const names = (on: string) => due.filter(({ host }) => host === on).map((it) => it.container)
  await stages.run('Give back what was left drained', () =>
    onAll(hosts, (host) => step('giveBack', host, ref, host, names(host))),
  )
}

/** In a cloud whose Ceph answers. */
export async function giveBackAll(run: Run): Promise<void> {
  await giveBack(run, 'services')
  await giveBack(run, 'ceph')
}
