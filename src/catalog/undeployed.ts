import type { Cloud } from '../model/cloud.js'
import type { Finding } from '../model/finding.js'
import type { Globals } from '../model/globals.js'

/** What kolla-ansible deploys for these settings, and we do not. */
const undeployed = [
  'enable_glance',
  'enable_placement',
  'enable_nova',
  'enable_neutron',
  'enable_heat',
  'enable_horizon',
  'enable_cinder',
  'enable_magnum',
  'enable_watcher',
  'enable_proxysql',
  'enable_fluentd',
  'enable_central_logging',
] as const satisfies readonly (keyof Globals)[]

/** One warning that names every service which the operator enabled in vain. */
export function checkUndeployed({ globals }: Pick<Cloud, 'globals'>): Finding[] {
  const services = undeployed.filter((key) => globals[key]).map((key) => key.replace('enable_', ''))
  if (services.length === 0) return []
  const message = `this version does not deploy ${services.join(', ')}: say so with enable_…: "no" to silence this`
  return [{ severity: 'warning', file: 'globals.yml', message }]
}
