import { parseJson } from '../model/json.js'

/** An interface of Open vSwitch that is plugged for a port of Neutron's. */
export interface PluggedPort {
  readonly host: string
  /** `tap1a2b3c4d-5e`, `qvo1a2b3c4d-5e` */
  readonly interface: string
  /** Neutron's id of the port. */
  readonly port: string
  /** Nova's id of the machine that it is of; undefined for one of Neutron's own agents. */
  readonly machine?: string
  readonly mac?: string
}

/** What `ovs-vsctl` is asked for. */
export const listInterfaces = ['--format=json', '--columns=name,external_ids', 'list', 'Interface']

/** Reads what that prints. Interfaces that are no port of Neutron's are left out. */
export function readPluggedPorts(host: string, printed: string): PluggedPort[] {
  const { data } = parseJson(printed, `${host}: Open vSwitch's answer`) as Table
  return data.flatMap(([name, [, pairs]]) => {
    const ids = new Map(pairs)
    const port = ids.get('iface-id') ?? ''
    if (!uuid.test(port) || !interfaceName.test(name)) return []
    const [machine = '', mac = ''] = [ids.get('vm-uuid'), ids.get('attached-mac')]
    return [
      {
        ...{ host, interface: name, port },
        ...(uuid.test(machine) && { machine }),
        ...(macAddress.test(mac) && { mac }),
      },
    ]
  })
}

/** `["tap1a2b3c4d-5e", ["map", [["iface-id", "…"]]]]` a line. */
interface Table {
  readonly data: readonly (readonly [string, readonly ['map', readonly [string, string][]]])[]
}

const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
const interfaceName = /^[\w.-]{1,15}$/
const macAddress = /^[0-9a-f]{2}(?::[0-9a-f]{2}){5}$/
