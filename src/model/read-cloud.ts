import { dirname, join } from 'node:path'
import { checkCephGroups } from './check-ceph.js'
import { checkAddresses, checkEssentialGroups } from './check-hosts.js'
import { checkGlobals, resolveGlobals, unknownKeys } from './check-globals.js'
import type { Cloud, CloudFiles, Host, ReachableHost } from './cloud.js'
import { readConnection } from './connection.js'
import { formatFinding, hasErrors } from './finding.js'
import type { Finding } from './finding.js'
import type { Globals } from './globals.js'
import { GroupTree } from './inventory/groups.js'
import type { Inventory, InventoryHost, Variables } from './inventory/parser.js'
import { readInventory } from './inventory/read-inventory.js'
import { readVarsFiles } from './inventory/vars-files.js'
import { SshConfig } from './login/ssh-config.js'
import { readGlobalsFiles } from './read-globals.js'
import { missingPasswords, readPasswords, templatedPasswords } from './read-passwords.js'
import { Resolvers } from './resolvers.js'
import { unusedKeys } from './unused-keys.js'
import type { Resolver } from './variables.js'

/**
 * Reads a cloud from its files. Never throws for what is in them: everything that is wrong or doubtful is found at
 * once, and there is a cloud only if none of it is an error. `requiredPasswords` tells which keys of passwords.yml
 * the cloud's services need. Where globals wait for facts that the files don't have, there are `unasked` hosts instead: to
 * be read again with theirs.
 */
export function readCloud(
  files: CloudFiles,
  requiredPasswords: (cloud: Cloud) => readonly string[] = () => [],
): { cloud?: Cloud; unasked?: readonly ReachableHost[]; findings: Finding[] } {
  const { problems = [] } = files
  // What is not there would be missed in many places.
  if (hasErrors(problems)) return { findings: [...problems] }
  const { inventory, findings: inventoryFindings } = readInventory(files.inventory)
  const tree = new GroupTree(inventory)
  const varsFiles = readVarsFiles(files, tree.names, [...inventory.hosts.keys()])
  const globalsFile = readGlobalsFiles(files)
  const secrets = readPasswords(files.passwords)
  const known = [...secrets.variables].filter(([key]) => Object.hasOwn(secrets.passwords, key))
  const sources = [globalsFile.variables, new Map(known), files] as const
  const resolvers = new Resolvers(inventory, tree, varsFiles, ...sources)
  const isLeftOut = (name: string) => isLocal(name, resolvers) || tree.isOther(name)
  const remote = [...inventory.hosts.values()].filter(({ name }) => !isLeftOut(name))
  /** A group without hosts may get some. */
  const isGroupLeftOut = (name: string) => {
    const members = tree.hosts(name)
    return members.length > 0 && members.every(isLeftOut)
  }
  const ofCloud = varsFiles.files.filter(({ kind, of }) =>
    kind === 'host_vars' ? !isLeftOut(of) : !isGroupLeftOut(of),
  )
  const broken = globalsFile.broken || ofCloud.some((file) => file.broken)
  const findings = [
    ...problems,
    ...inventoryFindings,
    ...tree.check((name) => isLocal(name, resolvers)),
    ...checkEssentialGroups(tree, files.inventory.path),
    ...ofCloud.flatMap((file) => file.findings),
    ...globalsFile.findings,
    ...secrets.findings,
  ]

  const sshConfig = new SshConfig(files.sshConfig)
  findings.push(...sshConfig.findings)
  const reachable: ReachableHost[] = []
  const hosts: Host[] = []
  for (const host of remote) {
    const resolver = resolvers.of(host.name)
    const { connection, findings: wrong } = readConnection(host, {
      resolver,
      passwords: secrets.passwords,
      sshConfig,
      inventoryPath: files.inventory.path,
    })
    findings.push(...wrong)
    reachable.push({ name: host.name, connection })
    const isIn = (group: string) => tree.hosts(group).includes(host.name)
    const globals = readGlobals(resolver, files, isIn, broken ? [] : findings)
    if (globals) hosts.push({ name: host.name, connection, globals })
  }
  const isCommonTold = remote.length === 0 && !broken
  const common = readGlobals(resolvers.common, files, () => true, isCommonTold ? findings : [])
  const globals = common ?? hosts[0]?.globals // a globals.yml may need a host's own variables
  const groups = [...inventory.groups.values()].filter(({ name }) => !isGroupLeftOut(name))
  const layers: Variables[] = [
    globalsFile.variables,
    ...[...varsFiles.hosts].flatMap(([name, one]) => (isLeftOut(name) ? [] : [one])),
    ...[...varsFiles.groups].flatMap(([name, one]) => (isGroupLeftOut(name) ? [] : [one])),
    ...[...groups, ...remote].map((one) => one.variables),
  ]
  findings.push(
    ...checkLocalHosts(inventory, tree, resolvers),
    ...checkAddresses(hosts, globals, (name) => inventory.hosts.get(name)?.place),
    ...checkKeys(layers, remote, resolvers, files),
    ...(globals ? checkCephGroups(globals, (name) => tree.hosts(name), files.inventory.path) : []),
  )

  let cloud: Cloud | undefined
  let required: readonly string[] = []
  if (globals && hosts.length === remote.length) {
    const names = new Set(hosts.map(({ name }) => name))
    cloud = {
      name: files.name,
      globals,
      hosts,
      groups: new Map(
        tree.names.map((group) => [group, tree.hosts(group).filter((h) => names.has(h))]),
      ),
      passwords: secrets.passwords,
      overrides: files.overrides,
    }
    required = requiredPasswords(cloud)
    findings.push(...missingPasswords(files.passwords, secrets, required))
  }
  findings.push(...templatedPasswords(secrets, required))
  const all = tidy(findings, files)
  if (hasErrors(all)) return { findings: all }
  const isWaiting = remote.some(({ name }) => resolvers.of(name).isWaitingForFacts())
  if (isWaiting) return { unasked: reachable, findings: all }
  return { ...(cloud && { cloud }), findings: all }
}

function readGlobals(
  resolver: Resolver,
  files: CloudFiles,
  isIn: (group: string) => boolean,
  findings: Finding[],
): Globals | undefined {
  const { globals, findings: wrong } = resolveGlobals(resolver)
  findings.push(...wrong.map((finding) => ({ file: files.globals.path, ...finding })))
  const overrideFolder = join(dirname(files.globals.path), 'config')
  for (const { key, message } of globals ? checkGlobals(globals, overrideFolder, isIn) : []) {
    const place = resolver.source(key)?.place ?? { file: files.globals.path }
    findings.push({ severity: 'error', message, ...place })
  }
  return globals
}

/** The machine that Ansible runs on, as kolla-ansible's own inventory has it: `localhost` in [deployment]. */
function isLocal(name: string, resolvers: Resolvers): boolean {
  return resolvers.of(name).source('ansible_connection')?.value === 'local'
}

function checkLocalHosts(inventory: Inventory, tree: GroupTree, resolvers: Resolvers): Finding[] {
  const isHarmless = (group: string) =>
    !tree.isDeployed(group) || group === 'deployment' || group === 'bifrost'
  return [...inventory.hosts.values()]
    .filter(({ name }) => isLocal(name, resolvers) && !tree.groupsOf(name).every(isHarmless))
    .map(({ name, place }) => ({
      severity: 'error',
      message: `host '${name}' has ansible_connection=local, but hosts are reached by SSH only: set ansible_host instead`,
      ...place,
    }))
}

/** What is written for this cloud and means nothing to it. `layers` come strongest first. */
function checkKeys(
  layers: readonly Variables[],
  hosts: readonly InventoryHost[],
  resolvers: Resolvers,
  files: CloudFiles,
): Finding[] {
  const inOverrides = (name: string) => files.overrides.some(({ text }) => text.includes(name))
  const written: Variables = new Map([...layers].reverse().flatMap((layer) => [...layer]))
  const names = hosts.map(({ name }) => name)
  const isUsed = (name: string) => resolvers.isUsed(name) || inOverrides(name)
  return [
    ...unknownKeys(written, isUsed),
    ...unusedKeys(layers, isUsed, {
      of: (name, variable) => resolvers.valueOf(name, variable, names),
      byDefault: (name) => resolvers.defaultOf(name),
    }),
  ]
}

/** Each finding once, as an error if it is one anywhere, in the order of files and lines. */
function tidy(findings: readonly Finding[], files: CloudFiles): Finding[] {
  const distinct = new Map<string, Finding>()
  for (const finding of findings) {
    const key = formatFinding({ ...finding, severity: 'error' })
    if (finding.severity === 'error' || !distinct.has(key)) distinct.set(key, finding)
  }
  const order = [files.inventory, files.globals, ...(files.globalsD ?? []), files.passwords].map(
    ({ path }) => path,
  )
  const rank = ({ file = '' }: Finding) => order.indexOf(file)
  return [...distinct.values()].sort((a, b) => rank(a) - rank(b) || (a.line ?? 0) - (b.line ?? 0))
}
