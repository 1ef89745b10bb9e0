import type { Place } from '../inventory/parser.js'

/** One thing that ssh(1) is told, by a keyword of ssh_config(5) in small letters. */
export interface SshOption {
  readonly keyword: string
  readonly value: string
  readonly place: Place
}

/** Of each keyword the first holds, of IdentityFile all; of ProxyJump and ProxyCommand the first of both. */
export function firstOf(
  options: readonly SshOption[],
  ...keywords: readonly string[]
): SshOption | undefined {
  return options.find(({ keyword }) => keywords.includes(keyword))
}

/** What is honoured here. */
export const honoured: ReadonlySet<string> = new Set([
  'hostname',
  'port',
  'user',
  'identityfile',
  'proxyjump',
  'proxycommand',
])

/** What changes how one logs in and is not honoured. */
export const notHonoured: ReadonlySet<string> = new Set([
  'identityagent',
  'certificatefile',
  'include',
  'bindaddress',
  'bindinterface',
  'pkcs11provider',
  'securitykeyprovider',
])
