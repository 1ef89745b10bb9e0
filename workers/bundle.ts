import { createHash } from 'node:crypto'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { bundleWorkflowCode } from '@temporalio/worker'
import { bundleFile, buildIdFile, dist } from './artifacts.js'

/** Part of the build: bundles the workflows once and names the build by the digest of all that tsc made. */
const { code } = await bundleWorkflowCode({ workflowsPath: join(dist, 'workflows', 'index.js') })
await writeFile(bundleFile, code)

const hash = createHash('sha256')
const files = (await readdir(dist, { recursive: true, withFileTypes: true }))
  .filter((entry) => entry.isFile() && entry.name.endsWith('.js'))
  .map((entry) => join(entry.parentPath, entry.name))
  .filter((file) => !relative(dist, file).startsWith('bundle/')) // the command line's, which is made of these
  .sort()
for (const file of files) hash.update(relative(dist, file)).update(await readFile(file))
await writeFile(buildIdFile, hash.digest('hex').slice(0, 12))
