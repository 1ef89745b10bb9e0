import { writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { Secrets } from '../activities/redact.js'
import { stateDirectory } from '../src/state/state-directory.js'
import { readStateId } from '../src/state/state-id.js'
import { StrangersHere } from './deployment.js'
import { installLogger } from './log.js'
import { createWorker } from './worker.js'

/** How often an old version asks whether it is still needed, in milliseconds. */
const DRAIN_CHECK = 15_000

const folder = stateDirectory()
const home = { state: await readStateId(folder), place: `${hostname()}:${folder}` }
const secrets = new Secrets()
installLogger(secrets.redact)
const { worker, deployment, ssh, stopListening } = await createWorker(folder, secrets, home).catch(
  (error: unknown) => {
    if (!(error instanceof StrangersHere)) throw error
    console.error(error.message)
    process.exit(1)
  },
)
const running = worker.run()
await deployment.makeCurrent()
await deployment.tellHome(home)
const readyFile = process.env['KOLLA_TEMPORAL_READY_FILE']
if (readyFile) await writeFile(readyFile, String(process.pid))

const drainCheck = setInterval(() => {
  deployment.isDrained().then(
    (drained) => {
      if (drained) worker.shutdown()
    },
    () => undefined, // the server is away: ask again
  )
}, DRAIN_CHECK)
await running
clearInterval(drainCheck)
stopListening()
await ssh.close()
process.exit(0)
