import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdir, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { cacheDirectory } from '../../src/local/temporal-binary.js'

const run = promisify(execFile)
const here = fileURLToPath(new URL('kolla-ansible/', import.meta.url))

/** Of our releases: the version of kolla-ansible that deploys the same one. */
export const versions = { '2025.2': '21.3.0', '2026.1': '22.2.0' } as const
export type Release = keyof typeof versions
export const releases = Object.keys(versions) as Release[]

/** Defaults of ours that kolla-ansible is told too, so that the same things are compared (docs/globals.md). */
const defaults = [
  'kolla_base_distro=debian',
  'enable_proxysql=no',
  'enable_fluentd=no',
  'enable_host_ntp=yes',
]

export const cache = join(cacheDirectory(), 'conformance')

/**
 * The directory with what kolla-ansible's own roles make of an input. It is made anew when the input or the way to make
 * it has changed; the first time installs kolla-ansible from PyPI.
 */
export async function renderTheirs(name: string, input: string, release: Release): Promise<string> {
  const out = join(cache, 'theirs', name)
  const digest = createHash('sha256')
  for (const folder of [here, input]) digest.update(await contents(folder))
  const wanted = digest.update(JSON.stringify([release, defaults])).digest('hex')
  const made = await readFile(join(out, 'digest'), 'utf8').catch(() => undefined)
  if (made === wanted) return out

  const python = await install(release)
  const fresh = `${out}.new`
  await rm(fresh, { recursive: true, force: true })
  await mkdir(fresh, { recursive: true })
  const environment = {
    ...process.env,
    ANSIBLE_COLLECTIONS_PATH: join(cache, 'collections'),
    PYTHONDONTWRITEBYTECODE: '1',
  }
  await run(python, [join(here, 'render.py'), input, fresh, ...defaults], {
    env: environment,
  })
  await writeFile(join(fresh, 'digest'), wanted)
  await rm(out, { recursive: true, force: true })
  await rename(fresh, out)
  return out
}

/** The directory with kolla-ansible's playbooks and roles. */
export async function installed(release: Release): Promise<string> {
  return join(dirname(await install(release)), '../share/kolla-ansible/ansible')
}

/** The Python interpreter that has the release's kolla-ansible. */
async function install(release: Release): Promise<string> {
  const { stdout } = await run(join(here, 'install'), [versions[release], cache])
  return stdout.trim()
}

async function contents(folder: string): Promise<string> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true })
  const paths = entries.filter((it) => it.isFile()).map((it) => join(it.parentPath, it.name))
  const texts = paths.sort().map(async (path) => [path, await readFile(path, 'utf8')])
  return JSON.stringify(await Promise.all(texts))
}
