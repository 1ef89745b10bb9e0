import type { Container } from '../src/catalog/container.js'
import { imageRef } from '../src/catalog/image.js'
import { serviceNamed } from '../src/catalog/index.js'
import { pullImage } from '../src/docker/pull.js'
import { askImage } from '../src/host/ask-image.js'
import { listMigrations, tellVersion } from '../src/host/list-migrations.js'
import { pendingRevisions, readRevisions } from '../src/plan/migrations.js'
import type { Migrations, SchemaChange, VersionChange } from '../src/plan/migrations.js'
import { titled } from '../src/plan/release-record.js'
import type { Schemas } from '../src/plan/schemas.js'
import type { StepTimes } from '../src/plan/step-times.js'
import { RemoteError, RemoteTimeout } from '../src/ssh/errors.js'
import { sh } from '../src/ssh/quote.js'
import type { CloudContext, CloudContexts, CloudRef } from './cloud-context.js'
import { ask } from './containers.js'
import { registryOptions } from './find-images.js'
import { ifRefused } from './failures.js'
import { cancellation, report } from './progress.js'
import { schemaHeads, shotsWithSchema } from './schemas.js'

/** Programs besides the services' whose data, or machines, do not go back by themselves, and how each tells its version. */
const programs: readonly {
  readonly program: string
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
    program: 'Ceph',
    container: 'ceph_mon',
    command: ['ceph', '--version'],
    version: /version ([\d.]+)/,
  },
  {
    program: 'libvirt',
    container: 'nova_libvirt',
    command: ['libvirtd', '--version'],
    version: /\(libvirt\) ([\d.]+)/,
  },
  {
    program: 'QEMU',
    container: 'nova_libvirt',
    command: ['bash', '-c', 'exec "qemu-system-$(uname -m)" --version'],
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
            inNewImage(next, container, command),
          ])
          if (to === undefined) return []
          return [{ program, from: version.exec(from)?.[1] ?? '', to: version.exec(to)?.[1] ?? '' }]
        }),
      )
      const heads = await schemaHeads(old).catch(ifRefused<Schemas>({}))
      const services = await Promise.all(
        shotsWithSchema(next).map(({ service, container }) =>
          serviceChange(old, next, { service, container, heads: heads[service] ?? [] }),
        ),
      )
      return {
        versions: [...versions.flat(), ...services.flatMap(({ version }) => version ?? [])],
        schemas: services.map(({ schema }) => schema),
      }
    },

    /** Keeps how long each part of an operation took on this cloud. */
    async rememberTimes(ref: CloudRef, operation: string, times: StepTimes): Promise<void> {
      await contexts.times(ref.cloud).remember(operation, times)
    },
  }
}

/** Of a service that has a schema: its program, and what its new image brings that the databases lack. */
async function serviceChange(
  old: CloudContext,
  next: CloudContext,
  of: { readonly service: string; readonly container: string; readonly heads: readonly string[] },
): Promise<{ readonly version?: VersionChange; readonly schema: SchemaChange }> {
  const { service, container, heads } = of
  const folders = serviceNamed(service).schema?.migrations
  if (!folders) return { schema: { service, heads } }
  const [from, printed = ''] = await Promise.all([
    firstAnswer(old, container, tellVersion(folders)),
    inNewImage(next, container, listMigrations(folders)),
  ])
  const [to = '', ...assignments] = printed.split('\n')
  const pending = pendingRevisions(heads, readRevisions(assignments.join('\n')))
  return {
    version: { program: titled(service), from, to },
    schema: { service, heads, ...(printed !== '' && { pending }) },
  }
}

/** What a command prints in a container's new image; undefined where the cloud has no such container. */
async function inNewImage(
  cloud: CloudContext,
  name: string,
  command: readonly string[],
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
  const asked = askImage(cloud.remote(host), image, sh`${command}`, cancellation().signal)
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
