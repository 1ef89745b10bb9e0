import { ansibleVariables } from '../model/ansible-facts.js'
import type { Value } from '../model/jinja/render.js'
import { findAddress, ownAddress } from './host-view.js'
import type { HostView } from './host-view.js'

/** What was found of a host, by the names that kolla-ansible's templates use: `api_interface_address` and Ansible's facts. */
function foundVariables(view: HostView): Record<string, Value> {
  const address = findAddress(view)
  return {
    ...ansibleVariables(view.facts, (interfaceName) => ownAddress(view, interfaceName)),
    ...(address !== undefined && { api_interface_address: address }),
  }
}

/** Of every host that has facts. */
export function foundBy(
  views: readonly HostView[],
): (host: string) => Record<string, Value> | undefined {
  const found = new Map(views.map((view) => [view.name, view]))
  return (host) => {
    const view = found.get(host)
    return view && foundVariables(view)
  }
}
