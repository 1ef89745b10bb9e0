import { homedir } from 'node:os'
import { dirname, resolve } from 'node:path'
import type { Connection } from './cloud.js'
import type { Finding } from './finding.js'
import type { Place } from './inventory/parser.js'
import type { Value } from './jinja/render.js'
import { pythonText } from './jinja/values.js'
import { VariableError } from './variables.js'
import type { Resolver } from './variables.js'

/** Options of the programs of OpenSSH, which are not what logs in. */
const sshArguments = [
  'ansible_ssh_args',
  'ansible_ssh_common_args',
  'ansible_ssh_extra_args',
  'ansible_sftp_extra_args',
  'ansible_scp_extra_args',
  'ansible_ssh_executable',
]

/** How to reach a host, from its `ansible_*` variables. Without `ansible_user` it is root. */
export function readConnection(
  host: { readonly name: string; readonly place: Place },
  resolver: Resolver,
  inventoryPath: string,
): { connection: Connection; findings: Finding[] } {
  const findings: Finding[] = []
  const refuse = (key: string, message: string) => {
    const place = resolver.source(key)?.place ?? host.place
    findings.push({ severity: 'error', message: `'${key}' ${message}`, ...place })
  }
  const read = (...keys: string[]): Value | undefined => {
    const key = keys.find((one) => resolver.source(one))
    try {
      return key === undefined ? undefined : resolver.get(key)
    } catch (error) {
      if (!(error instanceof VariableError)) throw error
      findings.push({ severity: 'error', message: error.message, ...(error.place ?? host.place) })
      return undefined
    }
  }
  for (const key of [
    'ansible_password',
    'ansible_ssh_pass',
    'ansible_become_password',
    'ansible_become_pass',
  ]) {
    if (resolver.source(key)) {
      refuse(
        key,
        `of host '${host.name}' is not used: let the host accept a key and sudo without password`,
      )
    }
  }
  for (const key of sshArguments) {
    const options = pythonText(read(key) ?? '')
    if (options === '') continue
    if (changesLogin(key, options)) {
      refuse(
        key,
        'is not read, hosts are reached directly and by the keys that `kolla-temporal trust` records: remove it, and run the worker where no jump host is needed',
      )
    } else {
      const message = `'${key}' is not read: hosts are reached directly, and by the keys that \`kolla-temporal trust\` records`
      findings.push({
        severity: 'warning',
        message,
        ...(resolver.source(key)?.place ?? host.place),
      })
    }
  }
  const address = pythonText(read('ansible_host') ?? host.name)
  const user = pythonText(read('ansible_user', 'ansible_ssh_user') ?? 'root')
  const port = Number(read('ansible_port', 'ansible_ssh_port') ?? 22)
  if (!Number.isInteger(port) || port < 1 || port > 65535) {
    refuse('ansible_port', `of host '${host.name}' must be from 1 to 65535`)
  }
  const key = read('ansible_ssh_private_key_file', 'ansible_private_key_file')
  const become = read('ansible_become')
  return {
    connection: {
      address,
      port,
      user,
      ...(typeof key === 'string' &&
        key !== '' && { privateKeyFile: absolute(key, inventoryPath) }),
      become:
        become === undefined ? user !== 'root' : /^(yes|on|1|true)$/i.test(pythonText(become)),
    },
    findings,
  }
}

/** Whether options of ssh say where, as whom or by which key one logs in. How files are copied is ours anyway. */
function changesLogin(key: string, options: string): boolean {
  if (key === 'ansible_ssh_executable') return !/(^|\/)ssh$/.test(options)
  if (/sftp|scp/.test(key)) return false
  const words =
    /-o\s*["']?\s*(proxyjump|proxycommand|hostname|port|user|identityfile|identityagent|certificatefile|include|bindaddress|bindinterface)\b/i
  // Letters without an argument may stand before those with one, as in `-4J bastion`.
  const letters = /(^|\s)["']?-[46AaCfGgKkMNnqsTtVvXxYy]*[JFilpbBI]/
  return words.test(options) || letters.test(options)
}

/** Relative to the inventory's directory; `~` is the home of whoever runs this. */
function absolute(path: string, inventoryPath: string): string {
  return resolve(dirname(inventoryPath), path.replace(/^~(?=\/|$)/, homedir()))
}
