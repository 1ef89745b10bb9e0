import { expect, it } from 'vitest'
import { readPluggedPorts } from './plugged-ports.js'

const port = '1a2b3c4d-5e6f-4708-8910-111213141516'
const machine = '6b1f8f9e-8a0b-4a06-9a53-5b0c6f7f2a11'

/** As Open vSwitch 3.5 prints it. */
const printed = (...rows: readonly (readonly [string, readonly (readonly [string, string])[]])[]) =>
  JSON.stringify({
    data: rows.map(([name, pairs]) => [name, ['map', pairs]]),
    headings: ['name', 'external_ids'],
  })

it("reads what is plugged for Neutron's ports, and for which machine", () => {
  const ids = [
    ['attached-mac', 'fa:16:3e:01:02:03'],
    ['iface-id', port],
    ['iface-status', 'active'],
    ['vm-uuid', machine],
  ] as const
  const ofDhcp = [['iface-id', port]] as const
  const text = printed(['br-int', []], ['qvo1a2b3c4d-5e', ids], ['tap1a2b3c4d-5e', ofDhcp])
  expect(readPluggedPorts('kolla1', text)).toEqual([
    { host: 'kolla1', interface: 'qvo1a2b3c4d-5e', port, machine, mac: 'fa:16:3e:01:02:03' },
    { host: 'kolla1', interface: 'tap1a2b3c4d-5e', port },
  ])
})

it('leaves out what is not called as Neutron calls things', () => {
  const text = printed(['tap; reboot', [['iface-id', port]]], ['tap1', [['iface-id', 'mine']]])
  expect(readPluggedPorts('kolla1', text)).toEqual([])
})

it('says who answered something else', () => {
  expect(() => readPluggedPorts('kolla1', 'ovs-vsctl: busy')).toThrow(
    "kolla1: Open vSwitch's answer is no JSON",
  )
})
