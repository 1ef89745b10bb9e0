import { WorkflowNotFoundError } from '@temporalio/client'
import { hasErrors } from '../src/model/finding.js'
import type { Finding } from '../src/model/finding.js'
import { checkInput } from '../src/model/inputs.js'
import { readCloudFiles } from '../src/state/cloud-files.js'
import type { CloudInput, OperationName } from '../workflows/operations.js'
import type { CloudFiles } from '../src/model/cloud.js'
import { loginSecrets } from '../src/model/login/login-secrets.js'
import type { CloudLocation } from '../src/state/clouds.js'
import type { Adapters } from './adapters.js'
import { askForFacts } from './ask-for-facts.js'
import type { CloudContexts, CloudRef, Observation } from './cloud-context.js'
import { badInput, readable } from './failures.js'

/** A cloud as an operation begins with it. */
export interface OpenedCloud {
  readonly name: string
  readonly ref: CloudRef
  /** In the inventory's order. */
  readonly hosts: readonly string[]
  /** The host that builds images and serves the registry, if the inventory names one. */
  readonly buildHost?: string
  readonly findings: readonly Finding[]
}

export function cloudActivities(
  { client, secrets, ssh, checkFiles }: Adapters,
  contexts: CloudContexts,
) {
  const check = async (files: CloudFiles) => {
    const checked = await checkFiles(files)
    secrets.add(checked.secrets)
    refuse(checked.findings)
    return checked
  }

  /** Globals may be written in terms of what hosts are: then these are asked first, and the run stays with the answers. */
  const readAndCheck = async (location: CloudLocation, name: string) => {
    const files = await readCloudFiles(name, location)
    const checked = await check(files)
    if (!checked.unasked) return { files, checked }
    secrets.add(loginSecrets(checked.unasked))
    const facts = await askForFacts(ssh, checked.unasked, location.configdir)
    const complete = { ...files, facts }
    return { files: complete, checked: await check(complete) }
  }

  return {
    /** Checks the input and the operator's files, and keeps the files for the run as they are now. */
    async openCloud(operation: OperationName, input: CloudInput): Promise<OpenedCloud> {
      refuse(checkInput(operation, input))
      const { cloud: name } = input
      const { files, checked } = await readAndCheck(await contexts.locate(name), name)
      const { findings, hosts, buildHost } = checked
      const ref = {
        cloud: name,
        files: await contexts.snapshots(name).keepFiles(files),
        home: await contexts.home(),
      }
      return {
        name,
        ref,
        hosts,
        findings: readable(findings),
        ...(buildHost !== undefined && { buildHost }),
      }
    },

    /** Keeps what rendering must know of the hosts, and names it in the reference. */
    async rememberFacts(ref: CloudRef, seen: readonly Observation[]): Promise<CloudRef> {
      const observed = await contexts.observed(ref.cloud, seen)
      const found = { hosts: observed.map((host) => host.facts), images: {} }
      return { ...ref, found: await contexts.snapshots(ref.cloud).keepFound(found) }
    },

    /** The operation that holds a cloud; undefined when it has ended in the meantime. */
    async lockHolder(lockId: string): Promise<string | undefined> {
      try {
        const lock = await client.workflow.getHandle(lockId).describe()
        const holder = lock.parentExecution?.workflowId
        if (lock.status.name !== 'RUNNING' || !holder) return undefined
        const { status } = await client.workflow.getHandle(holder).describe()
        return status.name === 'RUNNING' ? holder : undefined
      } catch (error) {
        if (error instanceof WorkflowNotFoundError) return undefined
        throw error
      }
    },
  }
}

function refuse(findings: readonly Finding[]): void {
  if (hasErrors(findings)) throw badInput(findings)
}
