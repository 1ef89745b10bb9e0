import { homedir } from 'node:os'
import { dirname, resolve } from 'node:path'
import type { Connection } from './cloud.js'
import type { Finding } from './finding.js'
import type { Place } from './inventory/parser.js'
import type { Value } from './jinja/render.js'
import { pythonText } from './jinja/values.js'
import { readSshArguments } from './login/ssh-arguments.js'
import { NoRoute, routeTo } from './login/route.js'
import type { Route } from './login/route.js'
import type { SshConfig } from './login/ssh-config.js'
import type { SshOption } from './login/ssh-option.js'
import type { Passwords } from './passwords.js'
import { VariableError } from './variables.js'
import type { Resolver } from './variables.js'

/** What a host's login is read from. */
export interface LoginSources {
  readonly resolver: Resolver
  /** passwords.yml, which kolla-ansible hands to Ansible as variables that overrule the inventory's. */
  readonly passwords: Passwords
  readonly sshConfig: SshConfig
  readonly inventoryPath: string
}

/**
 * How to reach a host, from its `ansible_*` variables and `~/.ssh/config`, with the precedence that they have in Ansible's
 * command line of ssh. Where neither says who one is, it is root.
 */
export function readConnection(
  host: { readonly name: string; readonly place: Place },
  { resolver, passwords, sshConfig, inventoryPath }: LoginSources,
): { connection: Connection; findings: Finding[] } {
  const findings: Finding[] = []
  const placeOf = (key: string) => resolver.source(key)?.place ?? host.place
  const tell = (severity: Finding['severity'], key: string, message: string) =>
    findings.push({ severity, message: `'${key}' ${message}`, ...placeOf(key) })
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
  const readSecret = (...keys: string[]): string | undefined => {
    const own = keys.map((key) => passwords[key]).find((one) => typeof one === 'string')
    const value = own ?? pythonText(read(...keys) ?? '')
    return value === '' ? undefined : value
  }
  /** What a variable with arguments of ssh says. */
  const readArguments = (key: string): readonly SshOption[] => {
    const words = readSshArguments(pythonText(read(key) ?? ''), placeOf(key))
    if (!words) tell('error', key, `of host '${host.name}' has a quote that is not closed`)
    const { options = [], idle = [], refused = [] } = words ?? {}
    if (refused.length > 0) {
      tell(
        'error',
        key,
        `says ${refused.join(', ')}, which is not read here: write what it stands for into ~/.ssh/config of the worker's user, or as -o options`,
      )
    }
    if (idle.length > 0) {
      tell(
        'warning',
        key,
        `says ${idle.join(', ')}, which is not read: connections are kept open anyway, and host keys are those that \`kolla-temporal trust\` records`,
      )
    }
    return options.map((option) =>
      option.keyword === 'identityfile'
        ? { ...option, value: absolute(option.value, inventoryPath) }
        : option,
    )
  }
  const option = (keyword: string, ...keys: string[]): SshOption[] => {
    const value = pythonText(read(...keys) ?? '')
    const key = keys.find((one) => resolver.source(one))
    return key === undefined || value === '' ? [] : [{ keyword, value, place: placeOf(key) }]
  }

  const port = option('port', 'ansible_port', 'ansible_ssh_port')
  if (port.some(({ value }) => !isPort(value))) {
    tell('error', 'ansible_port', `of host '${host.name}' must be from 1 to 65535`)
  }
  // As Ansible's plugin puts ssh's command line together.
  const said = [
    ...readArguments('ansible_ssh_args'),
    ...port.filter(({ value }) => isPort(value)),
    ...option('user', 'ansible_user', 'ansible_ssh_user'),
    ...readArguments('ansible_ssh_common_args'),
    ...readArguments('ansible_ssh_extra_args'),
  ]
  for (const key of ['ansible_sftp_extra_args', 'ansible_scp_extra_args']) {
    if (pythonText(read(key) ?? '') !== '') {
      tell('warning', key, 'is not read: files go through the one connection of a host')
    }
  }
  const program = pythonText(read('ansible_ssh_executable') ?? '')
  if (!/(^|\/)ssh$|^$/.test(program)) {
    tell('error', 'ansible_ssh_executable', 'is not read, hosts are reached without it: remove it')
  }
  const alias = pythonText(read('ansible_host') ?? host.name)
  let route: Route = { address: alias, port: 22, jumps: [] }
  try {
    route = routeTo(alias, said, sshConfig)
  } catch (error) {
    if (!(error instanceof NoRoute)) throw error
    findings.push({ severity: 'error', message: error.message, ...error.place })
  }
  const { user = 'root', jumps, ...login } = route
  const key = read('ansible_ssh_private_key_file', 'ansible_private_key_file')
  const wanted = read('ansible_become')
  const become = wanted === undefined ? user !== 'root' : isYes(wanted)
  const others = [
    ['ansible_become_method', 'sudo'],
    ['ansible_become_user', 'root'],
  ] as const
  for (const [variable, only] of become ? others : []) {
    const value = pythonText(read(variable) ?? only)
    if (value !== only && value !== `ansible.builtin.${only}`) {
      tell('error', variable, `must be ${only}, or left out: this version knows no other way`)
    }
  }
  const password = readSecret('ansible_password', 'ansible_ssh_pass', 'ansible_ssh_password')
  const becomePassword = readSecret(
    'ansible_become_password',
    'ansible_become_pass',
    'ansible_sudo_pass',
  )
  return {
    connection: {
      ...login,
      user,
      ...(typeof key === 'string' &&
        key !== '' && { privateKeyFile: absolute(key, inventoryPath) }),
      ...(password !== undefined && { password }),
      become,
      ...(become && becomePassword !== undefined && { becomePassword }),
      ...(jumps.length > 0 && { jumps }),
    },
    findings,
  }
}

function isPort(value: string): boolean {
  return /^\d+$/.test(value) && Number(value) >= 1 && Number(value) <= 65535
}

function isYes(value: Value): boolean {
  return /^(yes|on|1|true)$/i.test(pythonText(value))
}

/** Relative to the inventory's directory; `~` is the home of whoever runs this. */
function absolute(path: string, inventoryPath: string): string {
  return resolve(
    dirname(inventoryPath),
    path.replace(/^~(?=\/|$)/, () => homedir()),
  )
}
