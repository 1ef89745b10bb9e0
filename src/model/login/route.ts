import { homedir, userInfo } from 'node:os'
import { isAbsolute, resolve } from 'node:path'
import type { Hop, Login } from '../cloud.js'
import type { Place } from '../inventory/parser.js'
import { readSshArguments } from './ssh-arguments.js'
import type { SshConfig } from './ssh-config.js'
import { firstOf } from './ssh-option.js'
import type { SshOption } from './ssh-option.js'

/** More hops lie between nobody and a host. */
const LONGEST = 8

/** A way that can't be gone, with the place of what says so. */
export class NoRoute extends Error {
  constructor(
    message: string,
    readonly place: Place,
  ) {
    super(message)
  }
}

/** How ssh(1) would reach a host: to whom it logs in, and through which jump hosts, the nearest to us first. */
export interface Route extends Omit<Login, 'user'> {
  /** Undefined where nobody says. */
  readonly user?: string
  readonly jumps: readonly Hop[]
}

/**
 * The route to a host that is called `alias`: by what is `said` of it, and then by what `~/.ssh/config` says. Without a
 * port it is 22. @throws NoRoute
 */
export function routeTo(
  alias: string,
  said: readonly SshOption[],
  config: SshConfig,
  path: readonly string[] = [],
): Route {
  const options = [...said, ...config.optionsOf(alias)]
  const proxy = firstOf(options, 'proxyjump', 'proxycommand')
  if (proxy && (path.includes(alias) || path.length > LONGEST)) {
    throw new NoRoute(`jump hosts lead in a circle: ${[...path, alias].join(' > ')}`, proxy.place)
  }
  const address = (firstOf(options, 'hostname')?.value ?? alias).replaceAll('%h', alias)
  const port = firstOf(options, 'port')
  const user = firstOf(options, 'user')?.value
  const identityFiles = options
    .filter(({ keyword, value }) => keyword === 'identityfile' && value.toLowerCase() !== 'none')
    .map(({ value }) => keyFile(value, address, user))
  return {
    address,
    port: port ? portOf(port) : 22,
    ...(user !== undefined && { user }),
    ...(identityFiles.length > 0 && { identityFiles }),
    jumps: proxy ? jumpsBy(proxy, config, [...path, alias]) : [],
  }
}

function jumpsBy(proxy: SshOption, config: SshConfig, path: readonly string[]): readonly Hop[] {
  if (proxy.value.toLowerCase() === 'none' || proxy.value === '') return []
  if (proxy.keyword === 'proxycommand') return byCommand(proxy, config, path)
  const hops = proxy.value.split(',').map((hop) => destination(hop.trim(), proxy.place))
  // What is said of all hosts means the jump host, too.
  if (hops.length === 1 && hops[0]?.name === path.at(-1)) return []
  return hops.flatMap(({ name, options }, index) => {
    // The ones before say how to reach it, whatever else is said of it.
    const others = index === 0 ? [] : [{ keyword: 'proxyjump', value: 'none', place: proxy.place }]
    return through(name, [...options, ...others], config, path)
  })
}

/** `ssh -W %h:%p bastion` is what ProxyJump is short for; what else a command does nobody knows. */
function byCommand(proxy: SshOption, config: SshConfig, path: readonly string[]): readonly Hop[] {
  const [program = '', ...rest] = proxy.value.trim().split(/\s+/)
  const words = readSshArguments(rest.join(' '), proxy.place)
  const [host, ...command] = words?.rest ?? []
  const forwards = words?.forward?.replace(/^\[%h\]/, '%h') === '%h:%p'
  if (!/(^|\/)ssh$/.test(program) || !words || !forwards || !host || command.length > 0) {
    throw new NoRoute(
      'a ProxyCommand is read if it is `ssh -W %h:%p JUMPHOST`: use ProxyJump',
      proxy.place,
    )
  }
  if (words.refused.length > 0) {
    throw new NoRoute(
      `${words.refused.join(', ')} in a ProxyCommand is not read: write what it says into ~/.ssh/config`,
      proxy.place,
    )
  }
  const { name, options } = destination(host, proxy.place)
  return through(name, [...options, ...words.options], config, path)
}

function through(
  name: string,
  said: readonly SshOption[],
  config: SshConfig,
  path: readonly string[],
): Hop[] {
  const { jumps, user = ownName(), ...login } = routeTo(name, said, config, path)
  return [...jumps, { name, ...login, user }]
}

/** Nobody says who one is on a jump host: then ssh(1) takes the name of whoever runs it. */
function ownName(): string {
  try {
    return userInfo().username
  } catch {
    return 'root' // a number without a name, as in some containers
  }
}

/** `[user@]host[:port]`, or the same as `ssh://…` */
function destination(text: string, place: Place): { name: string; options: SshOption[] } {
  const [, user, name = '', port] =
    /^(?:ssh:\/\/)?(?:(.+)@)?([^@:/[\]]+)(?::(\d+))?\/?$/.exec(text) ?? []
  if (name === '') {
    throw new NoRoute(`a jump host is written as USER@HOST:PORT, not '${text}'`, place)
  }
  const option = (keyword: string, value?: string) =>
    value === undefined ? [] : [{ keyword, value, place }]
  return { name, options: [...option('user', user), ...option('port', port)] }
}

function portOf({ value, place }: SshOption): number {
  const port = Number(value)
  if (Number.isInteger(port) && port >= 1 && port <= 65535) return port
  throw new NoRoute(`a port must be from 1 to 65535, not '${value}'`, place)
}

/** With the tokens of ssh_config(5) that people use. Who has no home needs none for what names none. */
function keyFile(path: string, address: string, user = ''): string {
  const tokens: Readonly<Record<string, () => string>> = {
    d: homedir,
    h: () => address,
    r: () => user,
    '%': () => '%',
  }
  const whole = path
    .replace(/^~(?=\/|$)/, () => homedir())
    .replace(/%(.)/g, (token, letter: string) => tokens[letter]?.() ?? token)
  return isAbsolute(whole) ? resolve(whole) : resolve(homedir(), whole)
}
