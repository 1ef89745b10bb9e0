import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { readOrCreate } from './private-file.js'

/** What hosts, runs and workers know a state directory by: random, made once, not secret; a copy has the same. */
export async function readStateId(stateDirectory: string): Promise<string> {
  const text = await readOrCreate(join(stateDirectory, 'id'), randomUUID)
  const id = text.trim()
  if (/^[0-9a-f-]{36}$/.test(id)) return id
  throw new Error(
    `${join(stateDirectory, 'id')} holds no id: put it back from a backup of the state directory; or remove it, and take the clouds' hosts over with bootstrap-servers --take-over`,
  )
}
