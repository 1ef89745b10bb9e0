import { join } from 'node:path'
import { accessFiles } from '../src/catalog/openrc.js'
import { writePrivateFile } from '../src/state/private-file.js'
import { allEnded } from './all-ended.js'
import type { CloudContexts, CloudRef } from './cloud-context.js'

export function accessActivities(contexts: CloudContexts) {
  return {
    /** Writes what people and programs log in with beside the operator's files, for their owner alone. */
    async writeAccessFiles(ref: CloudRef): Promise<string[]> {
      const { cloud, configdir } = await contexts.get(ref)
      return allEnded(
        Object.entries(accessFiles(cloud)).map(async ([name, text]) => {
          const path = join(configdir, name)
          await writePrivateFile(path, text)
          return path
        }),
      )
    },
  }
}
