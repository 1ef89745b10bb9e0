import type { CloudFiles } from './cloud.js'

/** The same files for another release: of two equal keys of `globals.yml`, the last holds. */
export function withRelease(files: CloudFiles, release: string): CloudFiles {
  const { path, text } = files.globals
  const line = `openstack_release: ${JSON.stringify(release)}\n`
  return { ...files, globals: { path, text: `${text.replace(/\n*$/, '\n')}${line}` } }
}
