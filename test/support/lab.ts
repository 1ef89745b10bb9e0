import { execFile } from 'node:child_process'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..')

export const hosts = ['kolla1', 'kolla2', 'kolla3'] as const
export const floatingAddress = '192.168.8.75'
export const labCloud = join(root, 'lab', 'cloud')

export interface Outcome {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

export interface ExecuteOptions {
  readonly env?: NodeJS.ProcessEnv
  readonly input?: string
}

/** Runs a program of the checkout to its end, whatever its exit code. */
export function execute(
  program: string,
  args: readonly string[],
  { env, input }: ExecuteOptions = {},
): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const options = { cwd: root, maxBuffer: 64 * 2 ** 20, env: { ...process.env, ...env } }
    const child = execFile(program, [...args], options, (error, stdout, stderr) => {
      const code = error ? error.code : 0
      if (typeof code === 'number') resolve({ code, stdout, stderr })
      else reject(error ?? new Error(`${program} did not start`))
    })
    child.stdin?.end(input)
  })
}

/** As `execute`. @throws when the exit code is not 0 */
export async function succeed(
  program: string,
  args: readonly string[],
  options: ExecuteOptions = {},
): Promise<string> {
  const { code, stdout, stderr } = await execute(program, args, options)
  if (code === 0) return stdout.trim()
  throw new Error(`${program} ${args.join(' ')} exited with ${code}:\n${stderr}${stdout}`)
}

/** A verb of the lab, such as `poweroff kolla1`. */
export async function lab(...args: readonly string[]): Promise<string> {
  return succeed(join(root, 'lab', 'lab'), args)
}

/** Takes containers, volumes and configuration off the three hosts; Docker and its images stay. */
export async function cleanHosts(): Promise<void> {
  await succeed(join(root, 'bench', 'clean-hosts'), [])
}

/** Runs a command on a host as an operator would, over SSH. */
export async function onHost(host: string, command: string, input?: string): Promise<string> {
  return succeed(
    join(root, 'lab', 'lab'),
    ['ssh', host, command],
    input === undefined ? {} : { input },
  )
}

/** As `onHost`, on all three at once. */
export async function onHosts(command: string): Promise<string[]> {
  return Promise.all(hosts.map((host) => onHost(host, command)))
}

/** Asks again and again until the answer satisfies. @throws with the last answer or error when the time is over */
export async function eventually<T>(
  ask: () => Promise<T>,
  satisfies: (answer: T) => boolean,
  seconds: number,
): Promise<T> {
  const deadline = Date.now() + seconds * 1000
  for (;;) {
    const [answer] = await Promise.allSettled([ask()])
    if (answer.status === 'fulfilled' && satisfies(answer.value)) return answer.value
    if (Date.now() > deadline) {
      const last: unknown =
        answer.status === 'fulfilled' ? JSON.stringify(answer.value) : answer.reason
      throw new Error(`not within ${seconds} s; last: ${String(last)}`)
    }
    await new Promise((resolve) => setTimeout(resolve, 500))
  }
}

export const kollaTemporalProgram = join(root, 'bin', 'kolla-temporal')
