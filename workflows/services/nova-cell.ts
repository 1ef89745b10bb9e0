import { patched } from '@temporalio/workflow'
import type { Run } from '../run.js'
import { step } from '../steps.js'
import { awaitRest, restBefore, restless } from './await-rest.js'
import type { Attempt, Protocol } from './protocol.js'
import { createDatabases, giveCephKeys, replace, standard } from './standard.js'

const service = 'nova-cell'
const [conductor, libvirt, compute] = ['nova_conductor', 'nova_libvirt', 'nova_compute'] as const
const usual = standard([service])

/** The hosts that machines run on. Machines go on while libvirt and nova_compute are replaced, one host after the other. */
export const novaCell: Protocol = {
  ...usual,
  async start(run) {
    await giveCephKeys(run, service)
    if (run.due(service).includes('databases')) await createDatabases(run, service)
    if (run.changed(service).length > 0) {
      await run.stages.run(`Start ${service}`, () =>
        run.rolling(service, (host) => replaceOn(run, host, run.containers(service, host))),
      )
    }
    await discover(run)
  },
  async before(run, hosts, attempt) {
    const isReady = await restBefore(run, service, 'newer', attempt)
    return isReady && replaceConductors(run, hosts, attempt)
  },
  beforeOlder: (run, attempt) => restBefore(run, service, 'older', attempt),
  async replace(run, host, containers) {
    if (worksOnMachines(containers)) await awaitRest(run, 'newer', host)
    await replaceOn(run, host, containers)
  },
  async replaceByOlder(run, host, containers) {
    if (worksOnMachines(containers)) await awaitRest(run, 'older', host)
    await step('forgetVersions', `${host} · ${service}`, run.ref, host, containers)
    await replaceOn(run, host, containers)
  },
  finish: dropPins,
}

const worksOnMachines = (containers: readonly string[]) =>
  [libvirt, compute].some((name) => containers.includes(name))

/** libvirt first: nova_compute ends where none answers. */
async function replaceOn(run: Run, host: string, containers: readonly string[]): Promise<void> {
  const others = containers.filter((name) => name !== libvirt)
  if (containers.includes(libvirt)) {
    await step('startAlone', `${host} · ${libvirt}`, run.ref, host, libvirt)
  }
  if (others.length > 0) await replace(run, host, others)
}

/** A compute host of the new release asks conductors what older ones don't know: all of them come first. */
async function replaceConductors(
  run: Run,
  hosts: readonly string[],
  attempt: Attempt,
): Promise<boolean> {
  for (const host of hosts) {
    if (!run.containers(service, host).includes(conductor)) continue
    const done = await attempt(`${conductor} on ${host}`, async () => {
      await step('writeConfiguration', `${host} · ${conductor}`, run.ref, host, [conductor])
      await step('startAlone', `${host} · ${conductor}`, run.ref, host, conductor)
    })
    if (!done) return false
  }
  return true
}

/** New hosts are mapped to the cell once they answer: until then no machine comes to them. */
async function discover(run: Run): Promise<void> {
  const shots = run.oneShots(service)
  if (!shots || !(run.due(service).includes('discovery') || makesCompute(run))) return
  await run.stages.run('Discover compute hosts', () =>
    step('discoverComputes', shots.host, run.ref, shots.host),
  )
}

/** A nova_compute that is made anew may be of a host that somebody has had Nova forget, and its cell with it. */
function makesCompute(run: Run): boolean {
  const isMade = run
    .changes(service)
    .some(({ container, action }) => container === compute && action === 'create')
  return isMade && patched('hosts are looked for where a nova_compute is made')
}

/**
 * With `compute = auto` each process speaks the oldest version that a compute host knew when it began (facts of
 * nova/compute/rpcapi.py): those that were replaced before the last of them speak the newer one once they begin again. So
 * do those that an earlier run of the upgrade has replaced, which no plan shows any more.
 */
async function dropPins(run: Run): Promise<void> {
  const pinned = ['nova', service] as const
  for (const name of pinned) {
    for (const host of run.isResumed ? run.members(name) : run.changed(name)) {
      if (name === service && (await isBusy(run, host))) continue
      await step('restartPinned', `${host} · ${name}`, run.ref, host, name)
    }
  }
}

/** Whether something that does not come to an end is being done with machines of a host: what does it there is left alone. */
async function isBusy(run: Run, host: string): Promise<boolean> {
  if (run.plan.machines?.hosts.includes(host) !== true) return false
  if (!patched('machines are waited for before pins are dropped')) return false
  const busy = await restless(run, 'newer', host)
  if (busy === undefined) return false
  const message = `its nova_compute was not restarted at the end, and goes on speaking the older release: ${busy}; once that has ended, \`docker restart ${compute}\` there, and of ${conductor}, if it has one`
  run.findings.push({ severity: 'warning', host, message })
  return true
}
