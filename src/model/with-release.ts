import type { CloudFiles } from './cloud.js'

/** The same files for another release: what is read last holds, whichever file sets the key. */
export function withRelease(files: CloudFiles, release: string): CloudFiles {
  const line = `openstack_release: ${JSON.stringify(release)}\n`
  const last = { path: files.globals.path, text: line }
  return { ...files, globalsD: [...(files.globalsD ?? []), last] }
}
