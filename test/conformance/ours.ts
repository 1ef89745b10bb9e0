import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parse } from 'yaml'
import { z } from 'zod'
import { imageRef } from '../../src/catalog/image.js'
import { accessFiles } from '../../src/catalog/openrc.js'
import { checkFoundOverrides, checkOverrides } from '../../src/catalog/check-overrides.js'
import { checkPasswords } from '../../src/catalog/check-passwords.js'
import { renderHost, requiredPasswords } from '../../src/catalog/render.js'
import { createOptions } from '../../src/docker/create-options.js'
import { formatFinding, hasErrors } from '../../src/model/finding.js'
import type { HostFacts } from '../../src/model/observed-host.js'
import { readCloud } from '../../src/model/read-cloud.js'
import { readCloudFiles } from '../../src/state/cloud-files.js'
import { readCreated } from './read/container.js'
import { DEFINITION, DEPLOYMENT, readFiles } from './tree.js'
import type { Containers, Files, Tree } from './tree.js'

const described = z.record(
  z.string(),
  z.object({
    hostname: z.string().optional(),
    cpus: z.number(),
    memory_mib: z.number(),
    version: z.coerce.string().default('12'),
    interfaces: z.record(z.string(), z.array(z.string())),
  }),
)

/** What our catalogue makes of the input in a directory. Throws what a deploy of it would be refused for. */
export async function renderOurs(input: string): Promise<Tree> {
  const location = { inventory: join(input, 'multinode'), configdir: input }
  const { cloud, findings } = readCloud(await readCloudFiles('demo', location), requiredPasswords)
  if (!cloud) throw new Error(findings.map(formatFinding).join('\n'))
  const facts = await readFacts(input)
  const refused = [
    ...checkOverrides(cloud),
    ...checkFoundOverrides(cloud, facts),
    ...checkPasswords(cloud),
  ]
  if (hasErrors(refused)) throw new Error(refused.map(formatFinding).join('\n'))

  const tree = new Map<string, Containers>()
  for (const { name, globals } of cloud.hosts) {
    const containers = renderHost(cloud, facts, name).map((container): [string, Files] => {
      const image = imageRef(globals, container)
      const files = new Map(container.files.map(({ path, content }) => [path, content]))
      const definition = readCreated(createOptions(container, { image, labels: {} }))
      return [container.name, new Map([[DEFINITION, definition], ...readFiles(files)])]
    })
    tree.set(name, new Map(containers))
  }
  const access = readFiles(new Map(Object.entries(accessFiles(cloud))))
  return tree.set(DEPLOYMENT, new Map([[DEPLOYMENT, access]]))
}

async function readFacts(input: string): Promise<HostFacts[]> {
  const text = await readFile(join(input, 'facts.yml'), 'utf8')
  const hosts = described.parse(parse(text, { merge: true }))
  return Object.entries(hosts).map(([name, host]) => ({
    name,
    hostname: host.hostname ?? name,
    interfaces: host.interfaces,
    os: { family: 'debian', id: 'debian', version: host.version },
    cpus: host.cpus,
    memoryBytes: host.memory_mib * 2 ** 20,
  }))
}
