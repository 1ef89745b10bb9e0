import type { CloudFiles } from './cloud.js'
import type { Variables } from './inventory/parser.js'
import { readYamlMapping } from './yaml-file.js'
import type { YamlMapping } from './yaml-file.js'

/** globals.yml and `globals.d/`, read in kolla-ansible's order: each key's last place holds. */
export function readGlobalsFiles(files: Pick<CloudFiles, 'globals' | 'globalsD'>): YamlMapping {
  const mappings = [files.globals, ...(files.globalsD ?? [])].map(readYamlMapping)
  const variables: Variables = new Map(mappings.flatMap((one) => [...one.variables]))
  return {
    variables,
    broken: mappings.some(({ broken }) => broken),
    findings: mappings.flatMap(({ findings }) => findings),
  }
}
