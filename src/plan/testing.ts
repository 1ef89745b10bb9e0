import type { ObservedContainer, ObservedHost } from '../model/observed-host.js'
import { testFacts } from '../catalog/testing/cloud.js'
import type { DesiredContainer } from './desired.js'
import { labelsOf } from './desired.js'

export function desired(changes: Partial<DesiredContainer> = {}): DesiredContainer {
  return {
    name: 'mariadb',
    folder: changes.name ?? 'mariadb',
    service: 'mariadb',
    release: '2026.1',
    image: { ref: 'kolla/mariadb-server:2026.1', digest: 'sha256:new' },
    configuration: 'c1',
    definition: 'd1',
    ...changes,
  }
}

/** A container that is just as wanted, save the changes. */
export function running(
  wanted: DesiredContainer = desired(),
  changes: Partial<ObservedContainer> = {},
): ObservedContainer {
  return {
    name: wanted.name,
    id: 'f00',
    state: 'running',
    image: wanted.image.ref,
    imageDigests: [wanted.image.digest],
    labels: labelsOf('demo', wanted),
    ...changes,
  }
}

export function observedHost(name: string, changes: Partial<ObservedHost> = {}): ObservedHost {
  const facts = testFacts.find((found) => found.name === name)
  if (!facts) throw new Error(`no facts of ${name}`)
  return {
    facts,
    containers: [],
    images: {},
    volumes: [],
    listeners: [],
    configuration: {},
    oneShots: {},
    docker: { version: '20.10', root: '/var/lib/docker', freeBytes: 20 * 2 ** 30 },
    ...changes,
  }
}
