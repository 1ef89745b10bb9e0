import { describe, expect, it } from 'vitest'
import type { OvsNetworking } from '../catalog/ovs-bridges.js'
import { bridgeArguments, parsePorts } from './ovs-bridges.js'

const wanted: OvsNetworking = {
  systemId: 'kolla1',
  hostname: 'kolla1.example.org',
  datapath: 'netdev',
  bridges: [{ name: 'br-ex', interface: 'eth2', network: 'physnet1' }],
}

/** One text a command. */
function commands(ports: readonly string[] = [], marked: readonly string[] = [], to = wanted) {
  const bridges = ports.map((it) => it.split(' ')[0] ?? '')
  const words = bridgeArguments(to, { bridges, ports: parsePorts(ports, marked) })
  return words
    .join(' ')
    .split('-- ')
    .filter(Boolean)
    .map((it) => it.trim())
}

describe('what Open vSwitch is told', () => {
  it('is who it is, and each bridge with its interface', () => {
    expect(commands()).toEqual([
      'set Open_vSwitch . external_ids:system-id=kolla1 external_ids:hostname=kolla1.example.org',
      '--may-exist add-br br-ex',
      'set Bridge br-ex datapath_type=netdev',
      'set Bridge br-ex fail_mode=standalone',
      '--may-exist add-port br-ex eth2',
      'set Port eth2 external_ids:kolla-temporal=external',
    ])
  })

  it('takes an interface out of the bridge that it was in', () => {
    expect(commands(['br-old eth2'])).toContain('del-port br-old eth2')
    expect(commands(['br-ex eth2']).join()).not.toContain('del-port')
  })

  it('leaves it to the agent what a bridge does without one', () => {
    expect(commands(['br-ex eth2']).join()).not.toContain('fail_mode')
  })

  it('takes out what we plugged and nobody wants, and leaves what others did', () => {
    const told = commands(['br-ex eth9', 'br-ex phy-br-ex', 'br-int tap1'], ['eth9'])
    expect(told.filter((it) => it.startsWith('del-port'))).toEqual(['del-port br-ex eth9'])
  })

  it('leaves a host without physical networks its ports of machines', () => {
    const compute = { ...wanted, bridges: [] }
    expect(commands(['br-ex eth2', 'br-int tap1'], ['eth2'], compute).slice(1)).toEqual([
      'del-port br-ex eth2',
    ])
  })
})
