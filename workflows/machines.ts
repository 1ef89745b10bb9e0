import type { CloudRef, MachineName } from '../activities/index.js'
import { onAll } from './operate.js'
import { step } from './steps.js'

/** Machines of one host that move at once. */
const LANES = 2

/** A machine that could not be moved. */
export interface Stayed extends MachineName {
  readonly why: string
}

/** Brings machines from a host, by Nova's name of it, to others. Returns those that stayed. */
export async function moveMachines(
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

/** So many at once as there are lanes; the first failure is thrown when all lanes have ended. */
async function inLanes<Item>(
  items: readonly Item[],
  body: (item: Item) => Promise<void>,
): Promise<void> {
  const waiting = [...items]
  await onAll(Array.from({ length: LANES }), async () => {
    for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) await body(item)
  })
}
