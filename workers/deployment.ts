import { isGrpcServiceError } from '@temporalio/client'
import type { Client } from '@temporalio/client'
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

  /** Whether another version is current and no run of this one is left. */
  async isDrained(): Promise<boolean> {
    return (await this.#status()) === DRAINED
  }

  /** Undefined while the server does not know this version. */
  async #status(): Promise<number | undefined> {
    try {
      const { workerDeploymentVersionInfo: info } =
        await this.#client.workflowService.describeWorkerDeploymentVersion({
          namespace: this.#client.options.namespace,
          deploymentVersion: { deploymentName: DEPLOYMENT, buildId: this.#buildId },
        })
      return Number(info?.status)
    } catch (error) {
      if (isGrpcServiceError(error) && hasStatus(error, NOT_FOUND)) return undefined
      throw error
    }
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
