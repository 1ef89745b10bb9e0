import { isGrpcServiceError } from '@temporalio/client'
import type { Client } from '@temporalio/client'
import { defaultPayloadConverter } from '@temporalio/common'
import { DEPLOYMENT } from '../workflows/operations.js'

/**
 * Temporal's worker deployment of this build: new runs go to the current version, a run stays with the version that
 * it began with until it ends.
 */
export class Deployment {
  readonly #client: Client
  readonly #buildId: string

  constructor(client: Client, buildId: string) {
    this.#client = client
    this.#buildId = buildId
  }

  /**
   * Makes this build the one that new runs are given to; waits until the server has seen it poll. A version that newer
   * ones have replaced only ends its runs, also when it is started again.
   */
  async makeCurrent(): Promise<void> {
    if (REPLACED.has(await this.#status())) return
    for (let tries = 0; ; tries++) {
      try {
        await this.#client.workflowService.setWorkerDeploymentCurrentVersion({
          namespace: this.#client.options.namespace,
          deploymentName: DEPLOYMENT,
          buildId: this.#buildId,
          identity: this.#client.options.identity,
        })
        return
      } catch (error) {
        if (tries >= 300) throw error
        await new Promise((resolve) => setTimeout(resolve, 100))
      }
    }
  }

  /**
   * Refuses to work beside workers of another state directory: the server would give them and us parts of the same run,
   * and neither has what the other's part left.
   *
   * @throws StrangersHere
   */
  async checkHome(state: string): Promise<void> {
    const current = await this.#current()
    if (current === undefined) return
    const its = await this.#homeOf(current)
    if (its !== undefined && its.state !== state) throw new StrangersHere(current, its)
  }

  /** Lets the workers that come later know which state directory this one works with. */
  async tellHome(home: Home): Promise<void> {
    await this.#client.workflowService.updateWorkerDeploymentVersionMetadata({
      namespace: this.#client.options.namespace,
      deploymentVersion: { deploymentName: DEPLOYMENT, buildId: this.#buildId },
      upsertEntries: { [HOME]: defaultPayloadConverter.toPayload(home) },
      identity: this.#client.options.identity,
    })
  }

  async #current(): Promise<string | undefined> {
    const { namespace } = this.#client.options
    const described = await orUnknown(() =>
      this.#client.workflowService.describeWorkerDeployment({
        namespace,
        deploymentName: DEPLOYMENT,
      }),
    )
    const routing = described?.workerDeploymentInfo?.routingConfig
    return routing?.currentDeploymentVersion?.buildId ?? undefined
  }

  /** Undefined of a version that was started before versions told it. */
  async #homeOf(buildId: string): Promise<Home | undefined> {
    const info = await this.#describe(buildId)
    const payload = info?.metadata?.entries?.[HOME]
    return payload ? defaultPayloadConverter.fromPayload<Home>(payload) : undefined
  }

  /** Whether another version is current and no run of this one is left. */
  async isDrained(): Promise<boolean> {
    return (await this.#status()) === DRAINED
  }

  /** Undefined while the server does not know this version. */
  async #status(): Promise<number | undefined> {
    const info = await this.#describe(this.#buildId)
    return info ? Number(info.status) : undefined
  }

  async #describe(buildId: string) {
    const { namespace } = this.#client.options
    const described = await orUnknown(() =>
      this.#client.workflowService.describeWorkerDeploymentVersion({
        namespace,
        deploymentVersion: { deploymentName: DEPLOYMENT, buildId },
      }),
    )
    return described?.workerDeploymentVersionInfo
  }
}

/** Where a worker works from. */
export interface Home {
  /** Id of its state directory. */
  readonly state: string
  /** Where that is, for people. */
  readonly place: string
}

/** Key in the metadata of a version. */
const HOME = 'kolla_temporal_home'

export class StrangersHere extends Error {
  constructor(buildId: string, { state, place }: Home) {
    super(
      `the workers of this Temporal server and namespace work with another state directory, ${place} (id ${state}), and all of them must share one: use that one, or another server or namespace; if it is gone for good, have the server forget it: temporal worker deployment update-version-metadata --deployment-name ${DEPLOYMENT} --build-id ${buildId} --remove-entries ${HOME}`,
    )
  }
}

async function orUnknown<T>(ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask()
  } catch (error) {
    if (isGrpcServiceError(error) && hasStatus(error, NOT_FOUND)) return undefined
    throw error
  }
}

/** WORKER_DEPLOYMENT_VERSION_STATUS_DRAINING and _DRAINED in Temporal's API. */
const DRAINING = 4
const DRAINED = 5
const REPLACED = new Set<number | undefined>([DRAINING, DRAINED])

/** gRPC's status. */
const NOT_FOUND = 5

function hasStatus({ code }: { readonly code: number }, status: number): boolean {
  return code === status
}
