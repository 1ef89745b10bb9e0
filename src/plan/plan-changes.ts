import type { ObservedContainer, ObservedHost } from '../model/observed-host.js'
import type { Change } from './change.js'
import { label } from './desired.js'
import type { DesiredContainer, DesiredHost } from './desired.js'

/**
 * What must change on the hosts, in the order of `desired`; what is no longer wanted comes last, and only what this
 * cloud's label marks as ours. Every desired host must have been observed.
 */
export function planChanges(
  cloud: string,
  desired: readonly DesiredHost[],
  observed: readonly ObservedHost[],
): Change[] {
  const byName = new Map(observed.map((host) => [host.facts.name, host]))
  const wanted = desired.flatMap((host) => {
    const found = byName.get(host.name)
    if (!found) throw new Error(`${host.name} was not observed`)
    return host.containers.flatMap((container) => changeOf(host.name, container, found))
  })
  const names = new Map(
    desired.map(({ name, containers }) => [name, containers.map((it) => it.name)]),
  )
  const unwanted = observed.flatMap((host) =>
    host.containers
      .filter((container) => container.labels[label.cloud] === cloud)
      .filter((container) => !names.get(host.facts.name)?.includes(container.name))
      .map((container) => removal(host.facts.name, container)),
  )
  return [...wanted, ...unwanted]
}

function changeOf(host: string, desired: DesiredContainer, observed: ObservedHost): Change[] {
  const found = observed.containers.find((container) => container.name === desired.name)
  const { service, name: container, interruption } = desired
  const change = (action: Change['action'], reasons: readonly string[]): Change[] => {
    const interrupts = found?.state === 'running' && action !== 'write'
    const more = interrupts && interruption !== undefined ? { interruption } : {}
    return [{ host, service, container, action, interrupts, ...more, reasons }]
  }
  if (!found || found.state === 'removing') return change('create', ['missing'])

  const configuration =
    found.labels[label.configuration] === desired.configuration ? [] : ['configuration']
  const accounts = found.labels[label.accounts] === desired.accounts ? [] : ['accounts']
  const state = found.state === 'running' ? [] : [found.state]
  const identity = identityReasons(desired, found)
  const others = [...configuration, ...accounts, ...state]
  if (identity.length > 0) return change('replace', [...identity, ...others])
  if (others.length > 0) return change('restart', others)

  const onHost = observed.configuration[desired.folder]
  return onHost === desired.configuration ? [] : change('write', ['files changed on the host'])
}

/** Why the container itself cannot stay. */
function identityReasons(desired: DesiredContainer, found: ObservedContainer): string[] {
  if (found.labels[label.cloud] === undefined) return ['not ours']
  const reasons: string[] = []
  const { digest } = desired.image
  if (!found.imageDigests.includes(digest) && found.labels[label.image] !== digest) {
    const [from, to] = [found.labels[label.release], desired.release]
    reasons.push(from === to || from === undefined ? 'image' : `image ${from} → ${to}`)
  }
  if (found.labels[label.definition] !== desired.definition) reasons.push('environment or volumes')
  return reasons
}

function removal(host: string, { name, labels, state }: ObservedContainer): Change {
  const service = labels[label.service] ?? name
  const interrupts = state === 'running'
  return {
    host,
    service,
    container: name,
    action: 'remove',
    interrupts,
    reasons: ['no longer wanted'],
  }
}
