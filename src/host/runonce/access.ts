import { openPorts, quotas, runonce } from '../../plan/runonce.js'
import { ApiError } from '../openstack-api.js'
import type { OpenStackApi } from '../openstack-api.js'
import type { Outcome, Thing } from './thing.js'

/** What may come to machines of the administrator's project: ping, and connections to `openPorts`. */
export async function ensureRules(api: OpenStackApi): Promise<Outcome[]> {
  const { security_groups: groups } = await api.call<{ security_groups: readonly Thing[] }>(
    'GET',
    'network',
    `security-groups?project_id=${api.project}&name=default`,
  )
  const [group] = groups
  if (!group) throw new Error("the administrator's project has no security group default")
  const { security_group_rules: rules } = await api.call<{
    security_group_rules: readonly Thing[]
  }>('GET', 'network', `security-group-rules?security_group_id=${group.id}`)
  const wanted: readonly Readonly<Record<string, unknown>>[] = [
    { protocol: 'icmp' },
    ...openPorts.map((port) => ({
      protocol: 'tcp',
      port_range_min: port,
      port_range_max: port,
    })),
  ]
  const outcomes: Outcome[] = []
  for (const rule of wanted) {
    const port = rule['port_range_min']
    const what = `security group rule ${String(rule['protocol'])}${typeof port === 'number' ? ` ${port}` : ''}`
    const asked = { direction: 'ingress', ethertype: 'IPv4', ...rule }
    const present = rules.some((it) => isFromAnywhere(it) && isSame(it, asked))
    if (!present) await addRule(api, { ...asked, security_group_id: group.id })
    outcomes.push({ what, state: present ? 'found' : 'made' })
  }
  return outcomes
}

function isFromAnywhere(rule: Thing): boolean {
  const prefix = rule['remote_ip_prefix'] ?? '0.0.0.0/0'
  return prefix === '0.0.0.0/0' && (rule['remote_group_id'] ?? null) === null
}

function isSame(rule: Thing, wanted: Readonly<Record<string, unknown>>): boolean {
  const keys = ['direction', 'ethertype', 'protocol', 'port_range_min', 'port_range_max']
  return keys.every((key) => (rule[key] ?? null) === (wanted[key] ?? null))
}

async function addRule(api: OpenStackApi, rule: object): Promise<void> {
  try {
    await api.call('POST', 'network', 'security-group-rules', {
      security_group_rule: { ...rule, remote_ip_prefix: '0.0.0.0/0' },
    })
  } catch (error) {
    // Of an attempt whose answer was lost.
    if (!(error instanceof ApiError && error.status === 409)) throw error
  }
}

/** The administrator's key pair. */
export async function ensureKeyPair(api: OpenStackApi, publicKey: string): Promise<Outcome> {
  const name = runonce.keyPair
  const what = `key pair ${name}`
  const found = await api.find<{ keypair: { public_key: string } }>(
    'compute',
    `os-keypairs/${name}`,
  )
  if (found) {
    const isSame = withoutComment(found.keypair.public_key) === withoutComment(publicKey)
    return { what, state: 'found', ...(!isSame && { differs: 'it is of another key' }) }
  }
  await api.call('POST', 'compute', 'os-keypairs', {
    keypair: { name, type: 'ssh', public_key: publicKey },
  })
  return { what, state: 'made' }
}

const withoutComment = (key: string) => key.trim().split(/\s+/).slice(0, 2).join(' ')

/** Room for machines in the administrator's project; what allows more stays. */
export async function ensureQuotas(api: OpenStackApi): Promise<Outcome> {
  const path = `os-quota-sets/${api.project}`
  const { quota_set: now } = await api.call<{ quota_set: Record<string, number> }>(
    'GET',
    'compute',
    path,
  )
  const small = Object.entries(quotas).filter(([key, least]) => {
    const limit = now[key] ?? 0
    return limit !== -1 && limit < least
  })
  const what = `quotas of ${Object.keys(quotas).join(', ')}`
  if (small.length === 0) return { what, state: 'found' }
  await api.call('PUT', 'compute', path, { quota_set: Object.fromEntries(small) })
  return { what, state: 'made' }
}
