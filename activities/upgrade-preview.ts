import type { Container } from '../src/catalog/container.js'
import { imageRef } from '../src/catalog/image.js'
import { sqlName } from '../src/catalog/mariadb-accounts.js'
import { pullImage } from '../src/docker/pull.js'
import { askImage } from '../src/host/ask-image.js'
import { listRevisions, pendingRevisions, readRevisions } from '../src/plan/migrations.js'
import type { Migrations, SchemaChange, VersionChange } from '../src/plan/migrations.js'
import type { StepTimes } from '../src/plan/step-times.js'
import { RemoteError, RemoteTimeout } from '../src/ssh/errors.js'
import type { CloudContext, CloudContexts, CloudRef } from './cloud-context.js'
import { ask } from './containers.js'
import { registryOptions } from './find-images.js'
import { cancellation, report } from './progress.js'

/** Programs whose data change with their release, and how each tells its version. */
const programs: readonly {
  readonly program: VersionChange['program']
  readonly container: string
  readonly command: readonly string[]
  readonly version: RegExp
}[] = [
  {
    program: 'MariaDB',
    container: 'mariadb',
    command: ['mariadbd', '--version'],
    version: /Ver ([\d.]+)/,
  },
  {
    program: 'RabbitMQ',
    container: 'rabbitmq',
    command: ['rabbitmqctl', '--quiet', 'version'],
    version: /^([\d.]+)/m,
  },
  {
    program: 'Keystone',
    container: 'keystone',
    command: ['keystone-manage', '--version'],
    version: /^([\d.]+)/m,
  },
  {
    program: 'Ceph',
    container: 'ceph_mon',
    command: ['ceph', '--version'],
    version: /version ([\d.]+)/,
  },
]

/** What a person wants to know before an upgrade begins. */
export function upgradePreviewActivities(contexts: CloudContexts) {
  return {
    /**
     * Which data an upgrade migrates: from what runs to what is in the new images. One host of each service pulls its
     * new image for that; nothing else is touched.
     */
    async previewMigrations(current: CloudRef, target: CloudRef): Promise<Migrations> {
      const [old, next] = await Promise.all([contexts.get(current), contexts.get(target)])
      const versions = await Promise.all(
        programs.map(async ({ program, container, command, version }) => {
          const [from, to] = await Promise.all([
            firstAnswer(old, container, command),
            inNewImage(next, container, command.join(' ')),
          ])
          if (to === undefined) return []
          return [{ program, from: version.exec(from)?.[1] ?? '', to: version.exec(to)?.[1] ?? '' }]
        }),
      )
      const schema = await schemaChange(old, next)
      return { versions: versions.flat(), ...(schema && { schema }) }
    },

    /** Keeps how long each part of an operation took on this cloud. */
    async rememberTimes(ref: CloudRef, operation: string, times: StepTimes): Promise<void> {
      await contexts.times(ref.cloud).remember(operation, times)
    },
  }
}

async function schemaChange(
  old: CloudContext,
  next: CloudContext,
): Promise<SchemaChange | undefined> {
  const printed = await inNewImage(next, 'keystone', listRevisions)
  if (printed === undefined || printed === '') return undefined
  const { keystone_database_name: database } = old.cloud.globals
  const select = `SELECT version_num FROM ${sqlName(database)}.alembic_version`
  const said = await firstAnswer(old, 'mariadb', ['mariadb', '-NBe', select])
  const heads = said.split('\n').filter(Boolean).sort()
  return { heads, pending: pendingRevisions(heads, readRevisions(printed)) }
}

/** What a script prints in a container's new image; undefined where the cloud has no such container. */
async function inNewImage(
  cloud: CloudContext,
  name: string,
  script: string,
): Promise<string | undefined> {
  const [first] = holders(cloud, name)
  if (!first) return undefined
  const { host, container } = first
  const image = imageRef(cloud.host(host).globals, container)
  const digest = cloud.found.images[image]
  const { login } = registryOptions(cloud)
  report(`looking into ${image.replace(/^.*\//, '')}`)
  await pullImage(cloud.engine(host), image, {
    ...(digest !== undefined && { digest }),
    ...(login && { credentials: login }),
    ...cancellation(),
  })
  const asked = askImage(cloud.remote(host), image, script, cancellation().signal)
  // An image that is broken is what the health gate of its first host is for.
  return asked.catch((error: unknown) => {
    if (error instanceof RemoteError || error instanceof RemoteTimeout) return ''
    throw error
  })
}

/** What the first of a container's hosts says that answers; empty where none does. */
async function firstAnswer(
  cloud: CloudContext,
  name: string,
  command: readonly string[],
): Promise<string> {
  for (const { host } of holders(cloud, name)) {
    const said = await ask(cloud, host, name, command).catch(() => '')
    if (said.trim() !== '') return said.trim()
  }
  return ''
}

function holders(cloud: CloudContext, name: string): { host: string; container: Container }[] {
  return cloud.found.hosts.flatMap(({ name: host }) => {
    const container = cloud.containers(host).find((it) => it.name === name)
    return container ? [{ host, container }] : []
  })
}
