import type { Finding } from '../model/finding.js'
import type { Globals } from '../model/globals.js'

/** A host by its name in the inventory and by what it calls itself. */
export interface CalledHost {
  readonly name: string
  readonly hostname: string
}

/**
 * Names that a host gives itself and that are not its to give: they go into every host's /etc/hosts, and traffic for
 * whoever they belong to would go to it.
 */
export function checkNames(
  hosts: readonly CalledHost[],
  globals: Pick<Globals, 'kolla_internal_fqdn' | 'kolla_external_fqdn' | 'docker_registry'>,
): Finding[] {
  const ofCloud = new Map([
    [globals.kolla_internal_fqdn.toLowerCase(), 'kolla_internal_fqdn'],
    [globals.kolla_external_fqdn.toLowerCase(), 'kolla_external_fqdn'],
    [globals.docker_registry.replace(/:\d+$/, '').toLowerCase(), 'docker_registry'],
    ['localhost', 'every machine for itself'],
  ])
  return hosts.flatMap(({ name, hostname }) => {
    const own = namesOf(name)
    const wrong = namesOf(hostname).flatMap((called) => {
      const other = hosts.find((it) => it.name !== name && namesOf(it.name).includes(called))
      const owner = other?.name ?? ofCloud.get(called)
      return owner === undefined || own.includes(called) ? [] : [{ called, owner }]
    })
    return wrong.slice(0, 1).map(({ called, owner }): Finding => ({
      severity: 'error',
      host: name,
      message: `calls itself ${called}, which is the name of ${owner}: give it another (hostnamectl set-hostname ${name})`,
    }))
  })
}

/** With domain and without. */
function namesOf(name: string): string[] {
  const whole = name.toLowerCase()
  return [...new Set([whole, whole.split('.')[0] ?? whole])]
}
