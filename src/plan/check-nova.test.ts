import { expect, it } from 'vitest'
import { testCloud } from '../catalog/testing/cloud.js'
import { whole } from '../catalog/testing/whole.js'
import { checkNova } from './check-nova.js'
import { observedHost, desired, running } from './testing.js'

const cloud = testCloud({ globals: whole })
const messages = (...args: Parameters<typeof checkNova>) =>
  checkNova(...args).map(({ host, message }) => `${host}: ${message}`)

it('refuses KVM where the processor does not do it, whatever its device says', () => {
  const hosts = [
    observedHost('kolla1', { hypervisor: { kvm: true, libvirt: false } }),
    observedHost('kolla2', { hypervisor: { kvm: false, libvirt: false } }),
  ]
  expect(messages(cloud, hosts)).toEqual([
    expect.stringMatching(/^kolla2: KVM can't be used here .* set nova_compute_virt_type: "qemu"/),
  ])
  const emulated = testCloud({ globals: { ...whole, nova_compute_virt_type: 'qemu' } })
  expect(messages(emulated, hosts)).toEqual([])
  const without = testCloud({ globals: { ...whole, enable_nova: false } })
  expect(messages(without, hosts)).toEqual([])
})

it('refuses a host that libvirt calls by another name, unless machines run on it', () => {
  const of = (name: string, ...names: string[]) => {
    const hypervisor = { kvm: true, libvirt: true, name: `${name}.example.org` }
    const containers = names.map((it) => running(desired({ name: it, service: 'nova-cell' })))
    return observedHost(name, { hypervisor, containers })
  }
  const same = observedHost('kolla3', { hypervisor: { kvm: true, libvirt: false, name: 'kolla3' } })
  const found = checkNova(cloud, [
    of('kolla1', 'nova_libvirt', 'nova_compute'),
    of('kolla2', 'nova_libvirt'),
    same,
  ])
  expect(found).toEqual([
    expect.objectContaining({ severity: 'warning', host: 'kolla1' }),
    {
      severity: 'error',
      host: 'kolla2',
      message: expect.stringMatching(
        /^the kernel calls this host kolla2 and libvirt kolla2.example.org, .*put kolla2 before/,
      ) as string,
    },
  ])
})

it("refuses a libvirt of the host's own, and not ours", () => {
  const hypervisor = { kvm: true, libvirt: true }
  const ours = [running(desired({ name: 'nova_libvirt', service: 'nova-cell' }))]
  expect(messages(cloud, [observedHost('kolla1', { hypervisor, containers: ours })])).toEqual([])
  expect(messages(cloud, [observedHost('kolla1', { hypervisor })])).toEqual([
    expect.stringMatching(/^kolla1: a libvirt of the host listens/),
  ])
})
