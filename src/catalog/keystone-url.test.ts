import { describe, expect, it } from 'vitest'
import type { Globals } from '../model/globals.js'
import { bootstrapCommand } from './keystone.js'
import { keystoneUrl } from './keystone-url.js'
import { renderHost } from './render.js'
import { testCloud, testFacts } from './testing/cloud.js'
import { whole } from './testing/whole.js'

const cloud = (globals: Partial<Globals> = {}) => testCloud({ globals: { ...whole, ...globals } })
const horizon = (globals: Partial<Globals> = {}) =>
  renderHost(cloud(globals), testFacts, 'kolla1')
    .find(({ name }) => name === 'horizon')
    ?.files.find(({ path }) => path === '_9998-kolla-settings.py')?.content

describe("Keystone's URLs", () => {
  it('are those of the floating addresses, or what the operator says', () => {
    const own = cloud({ keystone_public_url: 'https://cloud.example.org/identity' })
    expect(keystoneUrl(own, 'internal')).toMatch(/^http:\/\/[\d.]+:5000$/)
    expect(keystoneUrl(own, 'public')).toBe('https://cloud.example.org/identity')
    expect(bootstrapCommand(own).command.slice(-2)).toEqual([
      '--bootstrap-public-url',
      'https://cloud.example.org/identity',
    ])
  })
})

describe('regions', () => {
  const names = { multiple_regions_names: ['RegionOne', 'Region Two'] }

  it('are bootstrapped one after the other', () => {
    const { command } = bootstrapCommand(cloud(names))
    expect(command.slice(3, 7)).toEqual(['bash', 'Region Two', '--', '--bootstrap-username'])
    expect(command[2]).toContain('--bootstrap-region-id "$region"; done')
  })

  it('are chosen from in Horizon', () => {
    expect(horizon(names)).toContain("    ('http://192.168.8.75:5000', 'Region Two'),\n]")
    expect(horizon({ multiple_regions_names: ['RegionOne'] })).toBe(horizon())
    expect(horizon()).not.toContain('AVAILABLE_REGIONS')
  })

  it('that are one leave the command as it was', () => {
    const one = cloud({ multiple_regions_names: ['RegionOne'] })
    expect(bootstrapCommand(one)).toEqual(bootstrapCommand(cloud()))
  })
})
