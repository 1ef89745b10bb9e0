import { expect, it } from 'vitest'
import { testCloud } from '../testing/cloud.js'
import { cephClients } from './pools.js'

it('an account that services share can do what each of them takes', () => {
  const globals = { ceph_nova_user: 'cinder', ceph_cinder_backup_user: 'cinder' }
  const [, cinder, ...others] = cephClients(testCloud({ globals }).globals)
  expect(others).toEqual([])
  const own = 'profile rbd pool=volumes, profile rbd pool=vms, profile rbd pool=backups'
  expect(cinder).toEqual({
    name: 'cinder',
    caps: [
      ...['mon', 'profile rbd', 'mgr', own],
      ...['osd', `${own}, profile rbd-read-only pool=images`],
    ],
  })
})

it('accounts of their own can do no more than their service takes', () => {
  const clients = cephClients(testCloud().globals)
  expect(clients.map(({ name }) => name)).toEqual(['glance', 'cinder', 'cinder-backup', 'nova'])
  expect(clients[0]?.caps.at(-1)).toBe('profile rbd pool=images')
})
