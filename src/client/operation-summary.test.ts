import { expect, it } from 'vitest'
import { summarize } from './operation-summary.js'

const info = {
  ...{ workflowId: 'demo-upgrade-1', type: 'upgrade', status: { name: 'RUNNING' as const } },
  startTime: new Date(0),
}

it('tells an upgrade that only shows its plan from one that is done', () => {
  const now = new Date(1000)
  const upgrade = { ...info, memo: { cloud: 'demo' } }
  expect(summarize(upgrade, now)).toMatchObject({ cloud: 'demo', status: 'running', seconds: 1 })
  expect(summarize(upgrade, now)).not.toHaveProperty('dryRun')
  const shown = { ...info, memo: { cloud: 'demo', dryRun: true } }
  expect(summarize(shown, now)).toMatchObject({ dryRun: true })
})
