import { JinjaError, memberOf, pythonText, Undefined } from './values.js'
import type { Scope, Value } from './values.js'

/**
 * kolla-ansible's filter `'api' | kolla_address`: the IPv4 address of this host, or of another one, on one of its networks.
 * It is taken from the facts of that host in `hostvars`, as there.
 */
export function kollaAddress(network: Value, host: Value | undefined, scope: Scope): Value {
  const on = pythonText(network)
  const asked = host ?? scope('inventory_hostname')
  if (asked === undefined) throw new JinjaError('kolla_address is asked for no host')
  const name = pythonText(asked)
  const variables = at(scope('hostvars'), name)
  if (variables === undefined) throw new JinjaError(`kolla_address knows no host '${name}'`)
  const nic = at(variables, `${on}_interface`)
  if (typeof nic !== 'string') {
    throw new JinjaError(`kolla_address knows no network '${on}': there is no ${on}_interface`)
  }
  const facts = at(variables, 'ansible_facts')
  if (facts === undefined) {
    // Without the host's name: it is one finding for all hosts.
    throw new JinjaError('addresses of hosts are known only to files below config/')
  }
  const address = at(at(at(facts, nic.replaceAll('-', '_')), 'ipv4'), 'address')
  if (address === undefined) {
    throw new JinjaError(`${name} has no IPv4 address on ${nic} (${on}_interface)`)
  }
  return address
}

function at(object: Value | undefined, key: string): Value | undefined {
  if (object === undefined) return undefined
  const value = memberOf(object, key)
  return value instanceof Undefined ? undefined : value
}
