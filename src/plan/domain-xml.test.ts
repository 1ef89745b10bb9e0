import { expect, it } from 'vitest'
import { readDomain } from './domain-xml.js'

/** As libvirt 11.3 prints a machine of Nova 33.0.0, shortened. */
const xml = (name = 'demo1') => `<domain type='qemu' id='3'>
  <name>instance-00000007</name>
  <uuid>6b1f8f9e-8a0b-4a06-9a53-5b0c6f7f2a11</uuid>
  <metadata>
    <nova:instance xmlns:nova="http://openstack.org/xmlns/libvirt/nova/1.1">
      <nova:package version="33.0.0"/>
      <nova:name>${name}</nova:name>
      <nova:owner>
        <nova:user uuid="0d7b3f2c1e9a4b7d8c6f5e4d3c2b1a09">admin</nova:user>
        <nova:project uuid="9f8e7d6c5b4a39281706f5e4d3c2b1a0">admin</nova:project>
      </nova:owner>
    </nova:instance>
  </metadata>
  <devices>
    <disk type='network' device='disk'>
      <source protocol='rbd' name='vms/6b1f8f9e-8a0b-4a06-9a53-5b0c6f7f2a11_disk' index='1'>
        <host name='10.0.0.1' port='6789'/>
      </source>
    </disk>
    <disk type='network' device='disk'>
      <source protocol='rbd' name='volumes/volume-c0ffee00-0000-4000-8000-000000000001'/>
    </disk>
    <interface type='bridge'><source bridge='qbr1a2b3c4d-5e'/></interface>
  </devices>
</domain>`

it('reads whose a machine is, and what it has of Ceph', () => {
  expect(readDomain(xml())).toEqual({
    name: 'demo1',
    owner: {
      user: '0d7b3f2c1e9a4b7d8c6f5e4d3c2b1a09',
      project: '9f8e7d6c5b4a39281706f5e4d3c2b1a0',
    },
    devices: [
      'vms/6b1f8f9e-8a0b-4a06-9a53-5b0c6f7f2a11_disk',
      'volumes/volume-c0ffee00-0000-4000-8000-000000000001',
    ],
  })
})

it.each(['`reboot`', '$(reboot)', 'a\nkolla1: error: b', '', 'x'.repeat(65)])(
  'shows no name that could be taken for more: %j',
  (name) => {
    expect(readDomain(xml(name))).not.toHaveProperty('name')
  },
)

it('reads a machine that Nova did not make', () => {
  expect(readDomain("<domain type='kvm'><name>other</name></domain>")).toEqual({ devices: [] })
  expect(readDomain('')).toEqual({ devices: [] })
})
