import { patched } from '@temporalio/workflow'
import type { CloudRef, MachineName } from '../activities/index.js'
import { onAll } from './operate.js'
import type { Stages } from './stages.js'
import { step } from './steps.js'

/** Machines of one host that move at once. */
const LANES = 2

/** How long machines that come to a host which starts none any more are waited for, in seconds. */
const ARRIVING = 600

/** A machine that could not be moved. */
export interface Stayed extends MachineName {
  readonly why: string
}

/** What became of a host's machines. */
export interface Emptied {
  /** Ids of all that were to move. */
  readonly tried: ReadonlySet<string>
  readonly stayed: readonly Stayed[]
  /** Those that are still on their way there, in a few words each. */
  readonly coming: readonly string[]
}

export interface Emptying {
  readonly stages: Stages
  /** Which machines are to go; by default all. */
  readonly goes?: (machine: MachineName) => boolean
  /** Of runs that began without it, no second look is taken. */
  readonly patch: string
}

/**
 * Moves the machines of a host, by Nova's name of it, each once, and then those that were on their way to it when it was
 * disabled, or are to go by now. What Nova shows there at last has stayed.
 */
export async function empty(
  ref: CloudRef,
  host: string,
  { stages, goes = () => true, patch }: Emptying,
): Promise<Emptied> {
  const list = async () => (await step('listMachines', host, ref, host)).filter(goes)
  const tried = new Set<string>()
  const stayed: Stayed[] = []
  let coming: readonly string[] = []
  let machines = await list()
  do {
    const fresh = machines.filter(({ id }) => !tried.has(id))
    const unmoved = await stages.run(`Migrate ${fresh.length} machines of ${host}`, () =>
      moveMachines(ref, host, fresh),
    )
    for (const { id } of fresh) tried.add(id)
    stayed.push(...unmoved)
    if (!patched(patch)) return { tried, stayed, coming }
    coming = await stages.run(`Wait for machines that come to ${host}`, () =>
      step('awaitArrivals', host, ref, ARRIVING, host),
    )
    machines = await list()
  } while (machines.some(({ id }) => !tried.has(id)))
  const back = machines.filter(({ id }) => !stayed.some((it) => it.id === id))
  stayed.push(...back.map((machine) => ({ ...machine, why: 'it was moved, and is here again' })))
  return { tried, stayed, coming }
}

/** Brings machines to other hosts. Returns those that stayed. */
async function moveMachines(
  ref: CloudRef,
  host: string,
  machines: readonly MachineName[],
): Promise<Stayed[]> {
  const stayed: Stayed[] = []
  await inLanes(machines, async (machine) => {
    const why = await step('migrateMachine', machine.name, ref, host, machine.id)
    if (why !== undefined) stayed.push({ ...machine, why })
  })
  return stayed
}

/** So many at once as there are lanes. After a failure none is begun any more; it is thrown when all lanes have ended. */
async function inLanes<Item>(
  items: readonly Item[],
  body: (item: Item) => Promise<void>,
): Promise<void> {
  const waiting = [...items]
  await onAll(Array.from({ length: LANES }), async () => {
    for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) {
      try {
        await body(item)
      } catch (error) {
        if (patched('after a failure no machine is moved any more')) waiting.length = 0
        throw error
      }
    }
  })
}
