import { expect, it } from 'vitest'
import { socketsOf } from '../catalog/render.js'
import { testCloud, testFacts } from '../catalog/testing/cloud.js'
import { whole } from '../catalog/testing/whole.js'
import type { Globals } from '../model/globals.js'
import { sharedPorts } from './shared-ports.js'

const of = (globals: Partial<Globals>) =>
  sharedPorts(socketsOf(testCloud({ globals: { ...whole, ...globals } }), testFacts, 'kolla1'))

it.each<[string, Partial<Globals>]>([
  ['with all services', {}],
  ['without HAProxy', { enable_haproxy: false }],
])('none is wanted twice in a cloud %s', (_case, globals) => {
  expect(of(globals)).toEqual([])
})

it('names two APIs on one port', () => {
  expect(of({ heat_api_listen_port: 8776 })).toEqual([
    expect.stringMatching(
      /^port 8776 on 192\.168\.8\.70 is wanted twice, by (cinder|heat)_api and (cinder|heat)_api: /,
    ),
  ])
})

it('names two frontends of one address', () => {
  expect(of({ heat_api_port: 8776, heat_api_listen_port: 8004 })).toEqual([
    expect.stringMatching(
      /^port 8776 on 192\.168\.8\.75 is wanted twice, by two frontends of haproxy: /,
    ),
  ])
})

it('counts a socket on all addresses for each of them', () => {
  const socket = (container: string, address: string) => ({ container, address, port: 80 })
  const apart = [socket('a', '10.0.0.1'), socket('b', '10.0.0.2')]
  expect(sharedPorts(apart)).toEqual([])
  expect(sharedPorts([...apart, socket('c', '0.0.0.0')])).toHaveLength(1)
})
