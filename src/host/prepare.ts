import { HostError, RemoteError } from '../ssh/errors.js'
import { quote, sh } from '../ssh/quote.js'
import type { Remote } from '../ssh/remote.js'
import type { HostFacts } from '../model/observed-host.js'
import { daemonJson, daemonJsonPath } from './prepare/daemon-json.js'
import type { DaemonJson } from './prepare/daemon-json.js'
import { prelude } from './prepare/prelude.js'
import { networkingSteps } from './prepare/networking.js'
import type { HostNetworking } from './prepare/networking.js'
import type { PrepareSettings, PrepareStep } from './prepare/settings.js'
import { prepareSteps } from './prepare/steps.js'

export { prepareSteps }
export type { HostGlobals, NamedHost, PrepareSettings, PrepareStep } from './prepare/settings.js'

export interface PrepareOptions {
  readonly signal?: AbortSignal
  /** Called with the name of each step that begins and with each line that a step prints. */
  readonly onProgress?: (text: string) => void
}

/** Names of steps. */
export interface PreparedHost {
  readonly changed: readonly string[]
  readonly ok: readonly string[]
}

/** The host cannot be prepared before somebody has changed it. */
export class HostUnfit extends HostError {
  readonly retryable = false
}

const minutes = 60_000

/**
 * Makes a host ready for containers; on one that is ready it changes nothing, within a second. An engine that runs
 * already is told to reload its configuration where that is enough; where it is not (log options), it is restarted, and
 * the containers with it, which are waited for.
 *
 * @throws RemoteError with the step's name and last lines; HostUnfit; what `Remote.run` throws.
 */
export async function prepareHost(
  remote: Remote,
  facts: Pick<HostFacts, 'hostname' | 'os'>,
  settings: PrepareSettings,
  options: PrepareOptions = {},
): Promise<PreparedHost> {
  const { host } = remote
  const { os } = facts
  if (os.family === 'other') {
    throw new HostUnfit(
      host,
      `${os.id} ${os.version} can't be prepared: only the Debian and the RHEL family can`,
    )
  }
  const daemon = wantedDaemonJson(host, await readDaemonJson(remote, options), settings)
  return carryOut(remote, 'prepare host', prepareSteps(facts, settings, daemon), {
    ...options,
    input: daemon.text,
  })
}

/** What Open vSwitch and Neutron need of a host; on one that has it nothing is changed. @throws as `prepareHost` */
export async function prepareNetworking(
  remote: Remote,
  wanted: HostNetworking,
  options: PrepareOptions = {},
): Promise<PreparedHost> {
  const steps = networkingSteps(wanted)
  return carryOut(remote, 'prepare networking', steps, { ...options, input: '' })
}

async function carryOut(
  remote: Remote,
  title: string,
  steps: readonly PrepareStep[],
  { input, signal, onProgress }: PrepareOptions & { readonly input: string },
): Promise<PreparedHost> {
  const report = new Report(onProgress)
  const { code } = await remote.run(prepareScript(steps), {
    title,
    input,
    timeoutMs: 20 * minutes,
    ...(signal && { signal }),
    onOutput: (line) => report.take(line),
  })
  if (code !== 0) {
    throw new RemoteError(remote.host, `${title}: step "${report.step}"`, code, report.tail)
  }
  return report.result(steps)
}

/** All steps as one script. Each announces itself; the first that fails ends it. What comes on standard input is `$input`. */
export function prepareScript(steps: readonly PrepareStep[]): string {
  const parts = steps.map(({ name, script }) => `echo ${quote(`@step ${name}`)}\n(${script}\n)`)
  return ['input=$(cat)', prelude, ...parts].join('\n')
}

async function readDaemonJson(remote: Remote, { signal }: PrepareOptions): Promise<string> {
  const script = sh`[[ ! -e ${daemonJsonPath} ]] || cat ${daemonJsonPath}`
  const { stdout } = await remote.runOrFail(script, {
    title: `read ${daemonJsonPath}`,
    ...(signal && { signal }),
  })
  return stdout
}

function wantedDaemonJson(
  host: string,
  existing: string,
  { globals }: PrepareSettings,
): DaemonJson {
  try {
    return daemonJson(existing, globals)
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    throw new HostUnfit(host, `${daemonJsonPath} ${error.message}; mend or remove that file`)
  }
}

class Report {
  step = ''
  tail: string[] = []
  private readonly changed = new Set<string>()

  constructor(private readonly onProgress: PrepareOptions['onProgress']) {}

  take(line: string): void {
    if (line === '@changed') {
      this.changed.add(this.step)
    } else if (line.startsWith('@step ')) {
      this.step = line.slice('@step '.length)
      this.tail = []
      this.onProgress?.(this.step)
    } else {
      this.tail = [...this.tail.slice(-19), line]
      this.onProgress?.(`${this.step}: ${line}`)
    }
  }

  result(steps: readonly PrepareStep[]): PreparedHost {
    const names = steps.map(({ name }) => name)
    return {
      changed: names.filter((name) => this.changed.has(name)),
      ok: names.filter((name) => !this.changed.has(name)),
    }
  }
}
