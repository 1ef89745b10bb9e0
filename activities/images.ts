import { fileURLToPath } from 'node:url'
import { ApplicationFailure } from '@temporalio/common'
import { services } from '../src/catalog/index.js'
import { pullImage } from '../src/docker/pull.js'
import { filesBelow, sendFiles } from '../src/host/send-files.js'
import {
  addEvent,
  describeProgress,
  noProgress,
  parseBuildLine,
} from '../src/images/build-events.js'
import type { BuildEvent, BuildProgress } from '../src/images/build-events.js'
import { buildPlan, recipe } from '../src/images/build-plan.js'
import { checkBuild } from '../src/images/check-build.js'
import { exchangedImages } from '../src/images/compare-digests.js'
import type { BuildRequest } from '../src/images/check-build.js'
import { imagesOf } from '../src/images/profiles.js'
import type { Globals } from '../src/model/globals.js'
import { formatFinding } from '../src/model/finding.js'
import { sh } from '../src/ssh/quote.js'
import type { Remote } from '../src/ssh/remote.js'
import type { CloudContext, CloudContexts, CloudRef } from './cloud-context.js'
import { registryOptions } from './find-images.js'
import { cancellation, report } from './progress.js'

/** Which images to build; by default those of all services that the cloud has. */
export interface ImageSelection {
  readonly profile?: string
  readonly images?: readonly string[]
  /** What the registry serves is right, even where `build` has pushed something else. */
  readonly adopt?: boolean
}

export interface BuiltImages {
  readonly built: number
  /** In the registry already. */
  readonly present: number
  /** Those of them that somebody else has pushed since, and that nobody has adopted. */
  readonly exchanged?: readonly string[]
}

/** `images/` beside the compiled code, or beside the sources when they run uncompiled. */
const recipeFolder = fileURLToPath(
  new URL(import.meta.url.includes('/dist/') ? '../../images' : '../images', import.meta.url),
)

/** For all images of one build, in milliseconds. */
const BUILD_TIMEOUT = 2 * 3600_000

export function imageActivities(contexts: CloudContexts) {
  return {
    /** Serves registry v2 on the build host at the address that `docker_registry` names, if that is the host's own. */
    async startRegistry(ref: CloudRef, host: string): Promise<void> {
      const cloud = await contexts.get(ref)
      const remote = cloud.sharedRemote(host)
      await sendRecipe(remote)
      const { docker_registry: address } = cloud.cloud.globals
      await remote.runOrFail(sh`bash ${recipe}/registry.sh ${address}`, {
        ...cancellation(),
        title: `start the registry ${address}`,
        onOutput: report,
      })
    },

    /**
     * Builds with kolla-build what the registry lacks, pushes it and compares digests; they are kept for those who deploy.
     */
    async buildImages(
      ref: CloudRef,
      host: string,
      selection: ImageSelection,
    ): Promise<BuiltImages> {
      const cloud = await contexts.get(ref)
      const request = buildRequest(cloud, selection)
      const findings = checkBuild(request)
      if (findings.length > 0) {
        const message = findings.map(formatFinding).join('\n')
        throw ApplicationFailure.nonRetryable(message, 'BadInput', findings)
      }
      const remote = cloud.sharedRemote(host)
      const { files, command } = buildPlan(request)
      const recipeFiles = await filesBelow(recipeFolder, recipe)
      await sendFiles(remote, [...recipeFiles, ...files], cancellation())
      const kept = contexts.builtImages()
      let progress = noProgress
      try {
        await runBuild(remote, command, (event) => (progress = addEvent(progress, event)))
      } catch (error) {
        // What was pushed is ours all the same.
        await kept.keep(byReference(request, progress.pushed))
        throw error
      }
      const { built, skipped, pushed, present } = progress
      const here = byReference(request, present)
      const exchanged = selection.adopt === true ? [] : exchangedImages(here, await kept.read())
      const known = Object.entries(here).filter(([ref]) => !exchanged.includes(ref))
      await kept.keep({
        ...Object.fromEntries(known),
        ...byReference(request, pushed),
      })
      return { built, present: skipped, ...(exchanged.length > 0 && { exchanged }) }
    },

    /** Brings images to a host; what is there with the right digest is not pulled again. */
    async pullImages(ref: CloudRef, host: string, images: readonly string[]): Promise<void> {
      const cloud = await contexts.get(ref)
      const engine = cloud.engine(host)
      const { login } = registryOptions(cloud)
      for (const [index, image] of images.entries()) {
        const name = `${index + 1} of ${images.length}: ${image.replace(/^.*\//, '')}`
        const digest = cloud.found.images[image]
        await pullImage(engine, image, {
          ...(digest !== undefined && { digest }),
          ...(login && { credentials: login }),
          ...cancellation(),
          onProgress: ({ layers, layersDone, bytes, bytesDone }) =>
            report(`${name}, ${layersDone}/${layers} layers, ${mib(bytesDone)}/${mib(bytes)} MiB`),
        })
      }
    },
  }
}

/** Digests by whole references. */
function byReference(
  { registry, namespace }: BuildRequest,
  digests: ReadonlyMap<string, string>,
): Record<string, string> {
  return Object.fromEntries(
    [...digests].map(([image, digest]) => [`${registry}/${namespace}/${image}`, digest]),
  )
}

/** Puts `images/` on a build host. */
export async function sendRecipe(remote: Remote): Promise<void> {
  await sendFiles(remote, await filesBelow(recipeFolder, recipe), cancellation())
}

async function runBuild(
  remote: Remote,
  command: string,
  add: (event: BuildEvent) => BuildProgress,
): Promise<void> {
  await remote.runOrFail(command, {
    ...cancellation(),
    title: 'build images',
    timeoutMs: BUILD_TIMEOUT,
    onOutput: (line) => {
      const event = parseBuildLine(line)
      if (event) report(describeProgress(add(event)))
    },
  })
}

function buildRequest({ cloud }: CloudContext, selection: ImageSelection): BuildRequest {
  const { globals } = cloud
  return {
    release: globals.openstack_release,
    distro: globals.kolla_base_distro,
    tag: globals.openstack_tag,
    registry: globals.docker_registry,
    namespace: globals.docker_namespace,
    select: selected(globals, selection),
    environment: globals.image_build_environment,
  }
}

/** What is built: names win over a profile. */
export function selected(
  globals: Globals,
  { profile, images }: ImageSelection,
): BuildRequest['select'] {
  if (images) return { images }
  if (profile !== undefined) return { profile }
  const enabled = services.filter((service) => service.enabled(globals))
  return { images: imagesOf(enabled.map(({ name }) => name)) }
}

const mib = (bytes: number) => Math.round(bytes / 2 ** 20)
