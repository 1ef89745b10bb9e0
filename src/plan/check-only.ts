import { services } from '../catalog/index.js'
import type { Cloud } from '../model/cloud.js'
import type { Finding } from '../model/finding.js'
import type { ObservedHost } from '../model/observed-host.js'
import { label } from './desired.js'
import { neededBy, partsOf, servicesOfParts } from './runbook.js'

/** Whether `--tags` names services that there are, and what they need is there or named too. */
export function checkOnly(
  cloud: Pick<Cloud, 'name' | 'globals'>,
  observed: readonly ObservedHost[],
  only: readonly string[] = [],
): Finding[] {
  const known = services.map((service) => service.name)
  const unknown = only.filter((name) => !known.includes(name))
  return [
    ...unknown.map((name): Finding => {
      const message = `there is no service ${name}: the services are ${known.join(', ')}`
      return { severity: 'error', message }
    }),
    ...missingFor(cloud, observed, only),
  ]
}

/** Services with whose containers these make their schema. */
function lenders(only: readonly string[]): string[] {
  const borrowed = services
    .filter(({ name }) => only.includes(name))
    .map(({ oneShotContainer }) => oneShotContainer)
  return services
    .filter(({ components }) => components.some(({ container }) => borrowed.includes(container)))
    .map(({ name }) => name)
}

function missingFor(
  cloud: Pick<Cloud, 'name' | 'globals'>,
  observed: readonly ObservedHost[],
  only: readonly string[],
): Finding[] {
  const runs = new Set(
    observed
      .flatMap((host) => host.containers)
      .filter(({ labels, state }) => labels[label.cloud] === cloud.name && state === 'running')
      .map(({ labels }) => labels[label.service]),
  )
  const isEnabled = (name: string) =>
    services.find((service) => service.name === name)?.enabled(cloud.globals) === true
  const needed = servicesOfParts(neededBy(partsOf(only)))
  const missing = [...needed, ...lenders(only)].filter(
    (name) => isEnabled(name) && !runs.has(name) && !only.includes(name),
  )
  if (missing.length === 0) return []
  const message = `${only.join(', ')} needs ${missing.join(', ')}, which does not run: deploy without --tags, or name it too`
  return [{ severity: 'error', message }]
}
