import { Client, Connection } from '@temporalio/client'
import { NativeConnection, Worker, bundleWorkflowCode } from '@temporalio/worker'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { Deployment } from '../../../workers/deployment.js'
import { DEPLOYMENT } from '../../../workflows/operations.js'
import { fakes, until, upgradePlan } from '../../support/fake-upgrade.js'
import { startTemporalServer } from '../../support/temporal-server.js'
import type { TestServer } from '../../support/temporal-server.js'
import { workflowsPath } from '../../support/workflow-environment.js'

let server: TestServer
let client: Client
let native: NativeConnection
beforeAll(async () => {
  server = await startTemporalServer()
  const { address } = server
  client = new Client({ connection: await Connection.connect({ address }) })
  native = await NativeConnection.connect({ address })
})
afterAll(async () => {
  await native.close()
  await client.connection.close()
  await server.stop()
})

const mine = { state: 'state-1', place: 'ops:/var/lib/kolla-temporal' }

it('workers of one server share a state directory: one with another is refused before it works', async () => {
  const first = new Deployment(client, 'build-1')
  await first.checkHome('state-1')
  const worker = await Worker.create({
    connection: native,
    taskQueue: 'kolla-temporal',
    activities: { nothing: () => Promise.resolve() },
    workerDeploymentOptions: {
      useWorkerVersioning: true,
      version: { deploymentName: DEPLOYMENT, buildId: 'build-1' },
      defaultVersioningBehavior: 'PINNED',
    },
  })
  await worker.runUntil(async () => {
    await first.makeCurrent()
    await first.tellHome(mine)
  })

  const second = new Deployment(client, 'build-2')
  await second.checkHome('state-1')
  await expect(second.checkHome('state-2')).rejects.toThrow(
    'work with another state directory, ops:/var/lib/kolla-temporal (id state-1)',
  )

  // What the refusal names as the way out when that directory is gone.
  await client.workflowService.updateWorkerDeploymentVersionMetadata({
    namespace: 'default',
    deploymentVersion: { deploymentName: DEPLOYMENT, buildId: 'build-1' },
    removeEntries: ['kolla_temporal_home'],
  })
  await second.checkHome('state-2')
})

it('parts of an operation stay with the version that it began with', async () => {
  const { activities } = fakes('11.8')
  const workflowBundle = await bundleWorkflowCode({ workflowsPath })
  const workerOf = (buildId: string) =>
    Worker.create({
      connection: native,
      taskQueue: 'versions',
      workflowBundle,
      activities,
      workerDeploymentOptions: {
        useWorkerVersioning: true,
        version: { deploymentName: DEPLOYMENT, buildId },
        defaultVersioningBehavior: 'PINNED',
      },
    })
  const older = await workerOf('older')
  await older.runUntil(async () => {
    await new Deployment(client, 'older').makeCurrent()
    const handle = await client.workflow.start('upgrade', {
      taskQueue: 'versions',
      workflowId: 'pinned',
      args: [{ cloud: 'demo', release: '2026.1', approve: true }],
    })
    await until(handle, 'approval')
    const newer = await workerOf('newer')
    await newer.runUntil(async () => {
      await new Deployment(client, 'newer').makeCurrent()
      await handle.executeUpdate('approve', { args: [{ plan: upgradePlan().digest }] })
      await handle.result()
    })
  })
  for (const workflowId of ['pinned', 'pinned/cron', 'pinned/keystone']) {
    const { raw } = await client.workflow.getHandle(workflowId).describe()
    const { version, deploymentVersion } = raw.workflowExecutionInfo?.versioningInfo ?? {}
    expect([workflowId, deploymentVersion?.buildId ?? version]).toEqual([workflowId, 'older'])
  }
})
