import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { dirname, join } from 'node:path'

const run = promisify(execFile)
const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..')

export const hosts = ['kolla1', 'kolla2', 'kolla3'] as const
export const floatingAddress = '192.168.8.75'
export const cloudDirectory = join(root, 'lab', 'cloud')

export interface Outcome {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** Runs a program to its end, whatever its exit code. */
export async function execute(
  file: string,
  args: readonly string[],
  options: { env?: NodeJS.ProcessEnv; cwd?: string } = {},
): Promise<Outcome> {
  try {
    const { stdout, stderr } = await run(file, args, {
      cwd: root,
      maxBuffer: 64 * 2 ** 20,
      ...options,
    })
    return { code: 0, stdout, stderr }
  } catch (error) {
    const failed = error as { code?: number | string; stdout?: string; stderr?: string }
    if (typeof failed.code !== 'number') throw error
    return { code: failed.code, stdout: failed.stdout ?? '', stderr: failed.stderr ?? '' }
  }
}

/** A verb of the lab, such as `poweroff kolla1`. @throws when it fails */
export async function lab(...args: readonly string[]): Promise<string> {
  return succeed('lab/lab', args)
}

/** Runs a command on a host as an operator would: over SSH. @throws when it fails */
export async function onHost(host: string, command: string): Promise<string> {
  return succeed('lab/lab', ['ssh', host, command])
}

async function succeed(file: string, args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await execute(join(root, file), args)
  if (code !== 0)
    throw new Error(`${file} ${args.join(' ')} exited with ${code}: ${stderr}${stdout}`)
  return stdout.trim()
}

/** `kolla-temporal` on a cloud directory, the lab's own by default. */
export async function kollaTemporal(
  args: readonly string[],
  options: { configdir?: string; inventory?: string; cloud?: string; env?: NodeJS.ProcessEnv } = {},
): Promise<Outcome> {
  const configdir = options.configdir ?? cloudDirectory
  const inventory = options.inventory ?? join(configdir, 'multinode')
  const cloud = options.cloud ?? 'demo'
  return execute(
    join(root, 'bin', 'kolla-temporal'),
    ['-i', inventory, '--configdir', configdir, '--cloud', cloud, ...args],
    { env: { ...process.env, ...options.env } },
  )
}
