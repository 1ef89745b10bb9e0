import type { Cloud, CloudFiles, Override } from '../cloud.js'
import { formatFinding } from '../finding.js'
import { readCloud } from '../read-cloud.js'

/** The smallest cloud that can be read. */
export const small = {
  globals: 'kolla_internal_vip_address: 10.0.0.9\n',
  inventory: '[control]\nkolla1\nkolla2\n[network]\nkolla1\nkolla2\n',
}

/** Of a cloud's files. */
export interface Texts {
  globals: string
  /** File name → text. */
  globalsD?: Record<string, string>
  inventory: string
  /** `group_vars/…` and `host_vars/…` beside it → text. */
  inventoryVars?: Record<string, string>
  passwords?: string
  overrides?: Override[]
  /** `~/.ssh/config` */
  sshConfig?: string
}

/** These texts as a cloud's files. */
export function filesOf({
  globals,
  globalsD = {},
  inventory,
  inventoryVars = {},
  passwords = '',
  overrides = [],
  sshConfig,
}: Texts): CloudFiles {
  return {
    name: 'demo',
    globals: { path: 'globals.yml', text: globals },
    globalsD: Object.entries(globalsD).map(([name, text]) => ({ path: `globals.d/${name}`, text })),
    inventory: { path: '/cloud/multinode', text: inventory },
    inventoryVars: Object.entries(inventoryVars).map(([name, text]) => ({
      path: `/cloud/${name}`,
      text,
    })),
    passwords: { path: 'passwords.yml', text: passwords },
    overrides,
    ...(sshConfig !== undefined && { sshConfig: { path: '/home/.ssh/config', text: sshConfig } }),
  }
}

/** Reads these texts as `readCloud` does a cloud's files; `required` names the passwords that there must be. */
export function read(texts: Texts, required: string[] = []) {
  const { cloud, findings } = readCloud(filesOf(texts), () => required)
  return { cloud, findings: findings.map(formatFinding) }
}

/** @throws Error with the findings where they can't be read. */
export function cloudOf(texts: Texts): Cloud {
  const { cloud, findings } = read(texts)
  if (!cloud) throw new Error(findings.join('\n'))
  return cloud
}
