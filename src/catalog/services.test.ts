import { describe, expect, it } from 'vitest'
import { passwordKinds } from '../model/kolla/names.js'
import { partsOf } from '../plan/runbook.js'
import { contextOf } from './host-view.js'
import { containerNames, interruptsOf, services } from './index.js'
import { carriersOf, renderHost, requiredPasswords } from './render.js'
import { testCloud, testFacts } from './testing/cloud.js'
import { whole } from './testing/whole.js'

/** What every service of the catalogue keeps to, whoever adds it. */
describe.each(services.map((service) => [service.name, service] as const))(
  '%s',
  (name, service) => {
    const cloud = testCloud({ globals: whole })

    it('has its place in the runbook', () => {
      expect(partsOf([name])).toHaveLength(1)
    })

    it('needs passwords that genpwd makes', () => {
      for (const key of service.passwords) expect(passwordKinds.has(key)).toBe(true)
      expect(requiredPasswords(cloud)).toEqual(expect.arrayContaining([...service.passwords]))
    })

    it('has databases, accounts and endpoints whose passwords it asks for', () => {
      const { users = [], domains = [] } = service.identity?.(cloud) ?? {}
      const keys = [
        ...(service.databases?.(cloud) ?? []).map(({ password }) => password),
        ...users.map(({ password }) => password),
        ...domains.map(({ admin }) => admin.password),
      ]
      for (const key of keys) expect(service.passwords).toContain(key)
    })

    it('has frontends to its own groups', () => {
      for (const component of service.components) {
        for (const { group } of component.frontends(cloud)) expect(group).toBe(component.group)
      }
    })
  },
)

describe('a host of the whole cloud', () => {
  const facts = testFacts.map((it) => ({ ...it, osds: [{ id: 12, uuid: '1' }] }))
  const containers = renderHost(testCloud({ globals: whole }), facts, 'kolla1')

  it('has every container that the services may have, and no other', () => {
    const names = containers.map(({ name }) => name.replace(/\d+$/, '*'))
    expect(new Set(names)).toEqual(new Set(containerNames))
  })

  it("has probes that are called a container's own check where Docker runs that very command", () => {
    const ctx = contextOf(testCloud({ globals: whole }), facts, 'kolla1')
    const claimed = services
      .flatMap(({ components }) => components.flatMap((component) => component.health(ctx)))
      .flatMap((probe) => (probe.kind === 'exec' && probe.isItsCheck ? [probe] : []))
    expect(claimed).not.toEqual([])
    for (const { container, command } of claimed) {
      const { healthcheck } = containers.find(({ name }) => name === container) ?? {}
      expect(healthcheck?.test).toBe(command.join(' '))
    }
  })

  it("proves a connection that Docker's check asks for", () => {
    const ctx = contextOf(testCloud({ globals: whole }), facts, 'kolla1')
    const connections = services
      .flatMap(({ components }) => components.flatMap((component) => component.health(ctx)))
      .flatMap((probe) => (probe.kind === 'connected' ? [probe] : []))
      .map(({ container, program, port }) => `${container}: healthcheck_port ${program} ${port}`)
    const checked = containers.flatMap(({ name, healthcheck: { test } = { test: '' } }) =>
      test.startsWith('healthcheck_port ') ? [`${name}: ${test}`] : [],
    )
    expect(checked).toContain('heat_engine: healthcheck_port heat-engine 5672')
    expect(connections.sort()).toEqual(checked.sort())
  })

  it.each(containers.map((container) => [container.name, container] as const))(
    '%s places files that there are, and the same twice',
    (_name, { files, volumes }) => {
      const config = files.find(({ path }) => path === 'config.json')
      const { config_files: placed } = JSON.parse(config?.content ?? '') as {
        config_files: { source: string }[]
      }
      const own = '/var/lib/kolla/config_files/'
      for (const { source } of placed) {
        if (source.startsWith(own)) {
          const path = source.slice(own.length)
          expect(files.some((file) => file.path === path || file.path.startsWith(path))).toBe(true)
        } else {
          expect(volumes.some((volume) => source.startsWith(volume.split(':')[1] ?? ''))).toBe(true)
        }
      }
    },
  )
})

it('tells what replacing a container interrupts, by what moves packets on the host', () => {
  const cloud = testCloud({ globals: whole })
  const facts = (ovsDatapath: 'system' | 'netdev') =>
    testFacts.map((it) => ({ ...it, ovsDatapath }))
  const told = (of: 'system' | 'netdev', container: string) =>
    interruptsOf(container)?.(contextOf(cloud, facts(of), 'kolla1').host)
  expect(told('netdev', 'openvswitch_vswitchd')).toContain('no packet')
  expect(told('system', 'openvswitch_vswitchd')).toContain('flows that the kernel knows go on')
  expect(told('system', 'nova_libvirt')).toContain('machines go on')
  expect(told('system', 'neutron_l3_agent')).toContain('routers go on')
  expect(told('system', 'nova_api')).toBeUndefined()
})

it('knows by which containers machines of a host run', () => {
  expect(carriersOf(testCloud({ globals: whole })).sort()).toEqual([
    ...['neutron_openvswitch_agent', 'nova_compute', 'nova_libvirt'],
    ...['openvswitch_db', 'openvswitch_vswitchd'],
  ])
  expect(carriersOf(testCloud())).toEqual([])
})
