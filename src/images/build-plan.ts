import type { Release } from '../model/releases.js'
import { checkBuild } from './check-build.js'
import type { BuildRequest } from './check-build.js'
import { packagesOnlyConf, upstreamConf } from './kolla-build-conf.js'
import { ownProfiles, packagesOnlyImages } from './profiles.js'
import type { ImageRelease } from './releases.js'
import { imageReleases, serviceSources } from './releases.js'

export interface BuildPlan {
  readonly files: readonly BuildFile[]
  /** For a shell, as root. Prints one `BuildEvent` a line; run again, it builds only what is missing. */
  readonly command: string
}

export interface BuildFile {
  readonly path: string
  readonly content: string
  readonly mode: number
}

const cache = '/var/cache/kolla-build'

/** Where this package's directory `images/` lies on a build host, as it is. */
export const recipe = `${cache}/recipe`

/** What a build host is given to build a request's images. Throws what `checkBuild` finds. */
export function buildPlan(request: BuildRequest): BuildPlan {
  const problems = checkBuild(request)
  if (problems.length > 0) throw new Error(problems.map(({ message }) => message).join('\n'))
  const builds = request.environment === 'upstream' ? [upstream(request)] : packagesOnly(request)
  return {
    files: builds.flatMap(({ files }) => files),
    command: ['bash', `${recipe}/build.sh`, ...builds.map(({ directory }) => directory)].join(' '),
  }
}

interface Build {
  readonly directory: string
  readonly files: readonly BuildFile[]
}

function upstream(request: BuildRequest): Build {
  const directory = `${cache}/builds/${request.tag}`
  const { profile, images } = selection(request)
  const variables = { ...common(request), TAG: request.tag, PROFILE: profile, IMAGES: images }
  return build(directory, variables, upstreamConf({ ...request, directory, recipe }))
}

/** One build for the release's own Debian, and one for each other Debian that some of its images need. */
function packagesOnly(request: BuildRequest): Build[] {
  const versions = imageReleases[request.release as Release]
  const { profile, images } = selection(request)
  const suites = [versions.debian, ...new Set(Object.values(versions.elsewhere))]
  return suites.flatMap((suite) => {
    const here = (image: string) => (versions.elsewhere[image] ?? versions.debian) === suite
    const wanted = images?.filter(here)
    if (wanted?.length === 0) return []
    const tag = suite === versions.debian ? request.tag : `${request.tag}-on-${suite}`
    const directory = `${cache}/builds/${tag}`
    const variables = {
      ...common(request),
      TAG: tag,
      ALIAS_TAG: tag === request.tag ? undefined : request.tag,
      PROFILE: profile,
      BUILDABLE: packagesOnlyImages.filter(here),
      IMAGES: wanted,
      SUITE: suite,
      SOURCES: sources(versions),
    }
    const conf = { ...request, tag, directory, versions, suite, recipe, cache }
    return [build(directory, variables, packagesOnlyConf(conf))]
  })
}

/** Each with the image that it is the source of: `keystone-base:keystone==29.1.0`. */
function sources({ services }: ImageRelease): string[] {
  return Object.entries(serviceSources).map(
    ([section, name]) => `${section.replace(/-plugin-.*/, '')}:${name}==${services[name]}`,
  )
}

/** kolla-build alone knows the images of its own profiles. */
function selection({ select }: BuildRequest): { profile?: string; images?: readonly string[] } {
  if ('images' in select) return { images: select.images }
  const images = ownProfiles[select.profile]
  return images ? { images } : { profile: select.profile }
}

const common = (request: BuildRequest) => ({
  ENVIRONMENT: request.environment,
  KOLLA_VERSION: imageReleases[request.release as Release].kolla,
  REGISTRY: request.registry,
  NAMESPACE: request.namespace,
})

type Variables = Readonly<Record<string, string | readonly string[] | undefined>>

function build(directory: string, variables: Variables, conf: string): Build {
  return {
    directory,
    files: [
      { path: `${directory}/build.env`, content: shellVariables(variables), mode: 0o644 },
      { path: `${directory}/kolla-build.conf`, content: conf, mode: 0o644 },
    ],
  }
}

/** Values are words without a meaning for a shell, as `checkBuild` makes sure. */
function shellVariables(variables: Variables): string {
  return Object.entries(variables)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}=${typeof value === 'string' ? value : `(${value?.join(' ') ?? ''})`}\n`)
    .join('')
}
