import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { testFacts, testFiles } from '../src/catalog/testing/cloud.js'
import type { CloudFiles } from '../src/model/cloud.js'
import type { Adapters } from './adapters.js'
import { CloudContexts } from './cloud-context.js'
import { membersByService } from './plan.js'
import { Secrets } from './redact.js'
import { releaseActivities } from './releases.js'

let stateDirectory: string
beforeEach(async () => {
  stateDirectory = await mkdtemp(join(tmpdir(), 'kolla-temporal-'))
})
afterEach(() => rm(stateDirectory, { recursive: true }))

/** Opens a record of three hosts where the inventory has become another. */
async function opened(change: (files: CloudFiles) => CloudFiles) {
  const contexts = new CloudContexts({ stateDirectory, secrets: new Secrets() } as Adapters)
  const versions = { programs: {}, mariadb: '', rabbitmq: '', schemas: {} }
  await contexts.records('demo').save({
    ...{ id: '2025.2-x', release: '2025.2', to: '2026.1', at: '', versions, images: {} },
    ...{ files: testFiles(), facts: testFacts, containers: {} },
  })
  const files = await contexts.snapshots('demo').keepFiles(change(testFiles()))
  const record = await releaseActivities(contexts).openRecord({ cloud: 'demo', files })
  return { ...record, cloud: await contexts.get(record.ref) }
}

it('a record is of all its hosts', async () => {
  const { cloud, gone } = await opened((files) => files)
  expect(gone).toEqual([])
  expect(membersByService(cloud)['mariadb']).toEqual(['kolla1', 'kolla2', 'kolla3'])
})

it('a record leaves out a host that is not in the inventory any more', async () => {
  const { cloud, gone } = await opened((files) => {
    const { path, text } = files.inventory
    return { ...files, inventory: { path, text: text.replace('kolla[1:3]', 'kolla1\nkolla3') } }
  })
  expect(gone).toEqual(['kolla2'])
  expect(cloud.found.hosts.map(({ name }) => name)).toEqual(['kolla1', 'kolla3'])
  expect(membersByService(cloud)['mariadb']).toEqual(['kolla1', 'kolla3'])
  expect(cloud.members('rabbitmq')).toEqual(['kolla1', 'kolla3'])
})
