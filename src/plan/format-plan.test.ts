import { expect, it } from 'vitest'
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

it('says so when there is nothing', () => {
  expect(formatPlan([])).toBe('Nothing to change: the cloud is as described.\n')
})
