import type { OvsNetworking } from '../catalog/ovs-bridges.js'

/** A port of a bridge as Open vSwitch has it. */
export interface OvsPort {
  readonly bridge: string
  readonly name: string
  /** Whether we plugged it: the interface to a physical network, now or formerly. */
  readonly isOurs: boolean
}

export interface FoundBridges {
  readonly bridges: readonly string[]
  readonly ports: readonly OvsPort[]
}

/** By this we know again what we have plugged. */
export const portMark = 'external_ids:kolla-temporal=external'

/**
 * Arguments of ovs-vsctl, as one transaction, that bring Open vSwitch to what is wanted; what it has already, its database
 * leaves as it is. An interface that goes with another bridge now, or with none, is taken out of the former, which would
 * else join two networks. Bridges and ports of others stay.
 */
export function bridgeArguments(wanted: OvsNetworking, found: FoundBridges): string[] {
  const { systemId, hostname, datapath, bridges } = wanted
  const bridgeOf = (port: string) => bridges.find((it) => it.interface === port)?.name
  const leaving = found.ports.filter(({ bridge, name, isOurs }) => {
    const at = bridgeOf(name)
    return at === undefined ? isOurs : at !== bridge
  })
  const commands = [
    [
      'set',
      'Open_vSwitch',
      '.',
      `external_ids:system-id=${systemId}`,
      `external_ids:hostname=${hostname}`,
    ],
    ...leaving.map(({ bridge, name }) => ['del-port', bridge, name]),
    ...bridges.flatMap(({ name, interface: port }) => [
      ['--may-exist', 'add-br', name],
      ['set', 'Bridge', name, `datapath_type=${datapath}`],
      // Of one that is there, it is the agent's: without the agent it forwards nothing.
      ...(found.bridges.includes(name) ? [] : [['set', 'Bridge', name, 'fail_mode=standalone']]),
      ['--may-exist', 'add-port', name, port],
      ['set', 'Port', port, portMark],
    ]),
  ]
  return commands.flatMap((command) => ['--', ...command])
}

/** From lines `bridge port`, and the names of those ports that carry our mark. */
export function parsePorts(lines: readonly string[], marked: readonly string[]): OvsPort[] {
  return lines.filter(Boolean).map((line) => {
    const [bridge = '', name = ''] = line.split(' ')
    return { bridge, name, isOurs: marked.includes(name) }
  })
}
