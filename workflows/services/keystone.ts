import { together } from '../operate.js'
import type { Run } from '../run.js'
import { step } from '../steps.js'
import type { Protocol } from './protocol.js'
import { createDatabases, roll, standard } from './standard.js'

const service = 'keystone'
const usual = standard([service])

/** Keystone's members have the same Fernet keys, and it makes its own administrator and endpoints. */
export const keystone: Protocol = {
  ...usual,
  async start(run) {
    await initialize(run)
    await roll(run, service)
  },
  async finish(run) {
    const shots = run.oneShots(service)
    if (!shots) return
    const { host } = shots
    await step('migrateSchema', `${host} · ${service}`, run.ref, host, service, 'contract')
    await step('bootstrapKeystone', host, run.ref, host)
  },
}

/** All that Keystone needs before its first request: Fernet keys on every member, and the one-shots that are due. */
async function initialize(run: Run): Promise<void> {
  const members = run.members(service)
  const shots = run.oneShots(service)
  const due = run.due(service)
  if (!shots || (due.length === 0 && run.changed(service).length === 0)) return
  await run.stages.run(`Initialize ${service}`, async () => {
    await together(
      () => step('shareFernetKeys', members.join(', '), run.ref, members),
      async () => {
        if (due.includes('databases')) await createDatabases(run, service)
      },
    )
    if (due.includes('schema') || due.includes('identity')) {
      await step('bootstrapKeystone', shots.host, run.ref, shots.host)
    }
  })
}
