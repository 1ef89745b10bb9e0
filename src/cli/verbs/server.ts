import type { Command } from 'commander'
import { stateDirectory } from '../../state/state-directory.js'
import { FAILED } from '../exit.js'
import type { Options } from '../options.js'

/** The local Temporal server and the worker, in the background. */
export function addServerVerbs(program: Command): void {
  const server = program
    .command('server')
    .description('the local Temporal server and worker: start, stop, status')
  server
    .command('start')
    .description('start what does not run yet, in the background; says where the Web UI is')
    .action(async (_, verb: Command) => {
      const options: Options = verb.optsWithGlobals()
      const local = await localProcesses(options)
      await local.start((line) => console.error(line))
      show(await local.status(), options)
    })
  server
    .command('stop')
    .description('stop both; operations that run go on after the next start')
    .action(async (_, verb: Command) => {
      const options: Options = verb.optsWithGlobals()
      const local = await localProcesses(options)
      await local.stop()
      show(await local.status(), options)
    })
  server
    .command('status')
    .description('what runs; exit code 1 when the server or the worker does not')
    .action(async (_, verb: Command) => {
      const options: Options = verb.optsWithGlobals()
      const local = await localProcesses(options)
      const status = await local.status()
      show(status, options)
      if (!status.server.answers || !status.workers.some(({ ready }) => ready)) {
        process.exitCode = FAILED
      }
    })
}

type Status = Awaited<ReturnType<Awaited<ReturnType<typeof localProcesses>>['status']>>

async function localProcesses(options: Options) {
  const [{ resolveServer }, { LocalServer }, { LocalWorkers, currentBuild }] = await Promise.all([
    import('../../client/connection.js'),
    import('../../local/server.js'),
    import('../../local/worker.js'),
  ])
  const profile = options.temporalProfile
  const chosen = resolveServer({ address: options.address, namespace: options.namespace, profile })
  const folder = stateDirectory()
  const server = new LocalServer(folder, chosen)
  const workers = new LocalWorkers(folder, await currentBuild())
  return {
    async start(report: (line: string) => void) {
      await server.start(report)
      await workers.start(chosen, profile)
    },
    async stop() {
      await workers.stop()
      await server.stop()
    },
    async status() {
      return { server: await server.status(), workers: await workers.status() }
    },
  }
}

function show(status: Status, options: Options): void {
  console.log(options.json ? JSON.stringify(status) : formatStatus(status))
}

export function formatStatus({ server, workers }: Status): string {
  return [
    `server  ${serverState(server)}`,
    ...(server.answers && server.webUi ? [`web ui  ${server.webUi}`] : []),
    ...(workers.length > 0
      ? workers.map((worker) => `worker  ${workerState(worker)}`)
      : ['worker  does not run']),
  ].join('\n')
}

function serverState({ address, answers, pid }: Status['server']): string {
  if (!answers) return `does not run at ${address}`
  return pid === undefined ? `${address}, not started here` : `${address}, pid ${pid}`
}

function workerState({ buildId, pid, ready, current }: Status['workers'][number]): string {
  const state = ready ? '' : ', starting'
  const age = current ? '' : ', older: ends when the operations that it began have'
  return `build ${buildId}, pid ${pid}${state}${age}`
}
