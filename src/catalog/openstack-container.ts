import type { ConfigFile, Container } from './container.js'
import { configFile, configJson, healthcheck, limits, localtime, logs } from './kolla-config.js'
import type { NameBefore, Permission, Placed } from './kolla-config.js'
import { overrideText } from './overridden.js'
import type { Overridable } from './overridden.js'
import type { Context, Probe } from './service.js'

/** Containers with dimensions and a health check of their own. */
export type ContainerName = NameBefore<'_dimensions'> & NameBefore<'_enable_healthchecks'>

export interface OpenstackContainer {
  readonly name: ContainerName
  readonly service: string
  /** Of the image, if it is not called as the container, with dashes. */
  readonly image?: string
  readonly command: string
  readonly placed: readonly Placed[]
  readonly permissions: readonly Permission[]
  readonly files: readonly ConfigFile[]
  /** Besides the time zone and the logs. */
  readonly volumes?: readonly string[]
  readonly environment?: Readonly<Record<string, string>>
  readonly privileged?: boolean
  readonly pidMode?: 'host'
  readonly ipcMode?: 'host'
  readonly cgroupnsMode?: 'host' | 'private'
  /** Shell text of its health check. */
  readonly check: string
  /** Of the health check, if not as with all others. */
  readonly retries?: number
  readonly standby?: readonly string[]
  /** Seconds that it is given to end, where `docker_graceful_timeout` would be time lost. */
  readonly endsWithin?: number
}

/** What kolla-ansible gives every container of OpenStack's services. */
export function openstackContainer(ctx: Context, it: OpenstackContainer): Container {
  const { globals } = ctx.host
  const dashed = it.name.replaceAll('_', '-')
  return {
    name: it.name,
    folder: dashed,
    service: it.service,
    image: it.image ?? dashed,
    files: [configJson(it.command, it.placed, it.permissions), ...it.files],
    environment: { KOLLA_SERVICE_NAME: dashed, ...it.environment },
    volumes: [localtime, logs, ...(it.volumes ?? [])],
    stopTimeout: Math.min(globals.docker_graceful_timeout, it.endsWithin ?? Infinity),
    ...(it.privileged === true && { privileged: true }),
    ...(it.pidMode && { pidMode: it.pidMode }),
    ...(it.ipcMode && { ipcMode: it.ipcMode }),
    ...(it.cgroupnsMode && { cgroupnsMode: it.cgroupnsMode }),
    ...(it.standby && { standby: it.standby }),
    ...healthcheck(globals, it.name, it.check, it.retries),
    ...limits(globals[`${it.name}_dimensions`]),
  }
}

/** A file of a service, placed below `/etc/<service>`. */
export function serviceFile(service: string, name: string): Placed {
  return { source: name, dest: `/etc/${service}/${name}`, owner: service, perm: '0600' }
}

/** A file that we render no version of. */
export interface OperatorsFile extends Overridable {
  readonly service: string
  readonly file: string
}

/** Files that we render no version of, placed and filled where the operator wrote them. */
export function operatorsFiles(
  ctx: Context,
  targets: readonly OperatorsFile[],
): { readonly placed: readonly Placed[]; readonly files: readonly ConfigFile[] } {
  const files = targets.flatMap((target) => {
    const text = overrideText(ctx, target)
    return text === undefined ? [] : [{ service: target.service, name: target.file, text }]
  })
  return {
    placed: files.map(({ service, name }) => serviceFile(service, name)),
    files: files.map(({ name, text }) => configFile(name, text)),
  }
}

/** Rules of access that the operator writes, which every service reads if they are there. */
export const policyOf = (service: string): OperatorsFile => ({
  service,
  file: 'policy.yaml',
  kind: 'whole',
  paths: [`${service}/policy.yaml`],
})

/** The one file of configuration that a service has, and the operator's rules of access. */
export function confAndPolicy(ctx: Context, service: string, name: string, text: string) {
  const policy = operatorsFiles(ctx, [policyOf(service)])
  return {
    placed: [serviceFile(service, name), ...policy.placed],
    files: [configFile(name, text), ...policy.files],
  }
}

/** Works once one of its processes is connected to a port, which is what Kolla's `healthcheck_port` in the image asks. */
export function connectedProbe(container: ContainerName, program: string, port: number): Probe {
  return { kind: 'connected', container, program, port }
}
