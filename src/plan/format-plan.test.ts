import { expect, it } from 'vitest'
import type { Change } from './change.js'
import { formatPlan } from './format-plan.js'

it('prints a line for each change and sums up', () => {
  const change = { service: 'keystone', container: 'keystone_fernet' }
  const text = formatPlan([
    {
      ...change,
      host: 'kolla1',
      action: 'replace',
      interrupts: false,
      reasons: ['image 2025.2 → 2026.1', 'configuration'],
    },
    { ...change, host: 'kolla2', action: 'create', interrupts: false, reasons: ['missing'] },
    {
      ...change,
      host: 'kolla2',
      container: 'cron',
      service: 'cron',
      action: 'create',
      interrupts: false,
      reasons: ['missing'],
    },
  ])
  expect(text).toBe(
    [
      'HOST    SERVICE   CONTAINER        ACTION   WHY',
      'kolla1  keystone  keystone_fernet  replace  image 2025.2 → 2026.1, configuration',
      'kolla2  keystone  keystone_fernet  create   missing',
      'kolla2  cron      cron             create   missing',
      '',
      '2 to create, 1 to replace on 2 hosts',
      '',
    ].join('\n'),
  )
})

it('says what is interrupted where, and why', () => {
  const replace = (host: string, container: string, interruption?: string): Change => ({
    ...{ host, service: 'openvswitch', container, action: 'replace', interrupts: true },
    ...(interruption !== undefined && { interruption }),
    reasons: ['image 2025.2 → 2026.1'],
  })
  const text = formatPlan([
    replace('kolla1', 'openvswitch_vswitchd', 'no packet is moved'),
    replace('kolla1', 'neutron_server'),
    replace('kolla2', 'openvswitch_vswitchd', 'no packet is moved'),
    replace('kolla3', 'openvswitch_vswitchd', 'new flows wait'),
  ])
  expect(text.split('\n').slice(-7)).toEqual([
    '',
    'What is interrupted:',
    '- openvswitch_vswitchd on kolla1, kolla2 (image 2025.2 → 2026.1): no packet is moved',
    '- openvswitch_vswitchd on kolla3 (image 2025.2 → 2026.1): new flows wait',
    '',
    '4 to replace on 3 hosts',
    '',
  ])
})

it('says so when there is nothing', () => {
  expect(formatPlan([])).toBe('Nothing to change: the cloud is as described.\n')
})
