import { cp, mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parse } from 'yaml'
import { z } from 'zod'
import { genpwd } from '../../src/model/genpwd.js'
import { cache, releases } from './kolla-ansible.js'
import type { Release } from './kolla-ansible.js'

/** What an operator would have in a directory, and facts.yml with what is found on the hosts. */
export interface Input {
  /** `plain-2026.1` */
  readonly name: string
  readonly release: Release
  readonly directory: string
}

const own = fileURLToPath(new URL('inputs/', import.meta.url))

/**
 * The inputs beside this file, each for every release, complete with passwords: or those of directories that are named
 * in INPUTS, one after the other with `:` between. One that names its release is for that alone.
 */
export async function inputs(named = process.env['INPUTS']): Promise<Input[]> {
  const directories = named?.split(':') ?? (await readdir(own)).map((name) => join(own, name))
  const passwords = await generated()
  const all = directories.map(async (directory) => {
    const said = await readFile(join(directory, 'globals.yml'), 'utf8')
    const globals = z.object({ openstack_release: z.string().optional() }).parse(parse(said))
    const wanted = releases.filter((it) => it === (globals.openstack_release ?? it))
    return Promise.all(wanted.map((release) => prepare(directory, release, said, passwords)))
  })
  return (await Promise.all(all)).flat()
}

/** Kept from one run to the next: what is made of an input depends on its passwords. */
async function generated(): Promise<string> {
  const path = join(cache, 'passwords.yml')
  const { text } = await genpwd(await readFile(path, 'utf8').catch(() => undefined))
  await mkdir(cache, { recursive: true })
  await writeFile(path, text, { mode: 0o600 })
  return text
}

async function prepare(
  source: string,
  release: Release,
  globals: string,
  passwords: string,
): Promise<Input> {
  const name = `${basename(source)}-${release}`
  const directory = join(cache, 'inputs', name)
  await rm(directory, { recursive: true, force: true })
  await cp(source, directory, { recursive: true })
  const releaseLine = /^openstack_release:/m.test(globals)
    ? ''
    : `openstack_release: "${release}"\n`
  await writeFile(join(directory, 'globals.yml'), releaseLine + globals)
  if (!(await readdir(directory)).includes('passwords.yml')) {
    await writeFile(join(directory, 'passwords.yml'), passwords, { mode: 0o600 })
  }
  return { name, release, directory }
}
