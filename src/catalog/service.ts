import type { Cloud } from '../model/cloud.js'
import type { Globals } from '../model/globals.js'
import type { Container } from './container.js'
import type { HostView, Network } from './host-view.js'
import type { Identity } from './identity.js'
import type { Overridable, OverrideFolder } from './overridden.js'

/** One service of the catalogue: pure and declarative. Its protocol, if it has one, is a workflow's business. */
export interface Service {
  /** As `--tags`, its folder below `config/` and its settings call it: `glance`. */
  readonly name: string
  enabled(globals: Globals): boolean
  /** In the order of their start on one host. */
  readonly components: readonly Component[]
  readonly databases?: (cloud: Cloud) => readonly Database[]
  readonly schema?: Schema
  readonly identity?: (cloud: Cloud) => Identity | undefined
  /** What brings it about in Keystone's catalogue where that is a protocol of its own: all that it takes. Secret. */
  readonly bootstrap?: (cloud: Cloud) => unknown
  /** What it finds out about once its containers run, and again when that has changed; its protocol sees to it. */
  readonly discovery?: (cloud: Cloud) => readonly string[]
  /** The component, of whatever service, whose image has the commands of `schema`, if it is not the first. */
  readonly oneShotContainer?: string
  /** Keys of passwords.yml. */
  readonly passwords: readonly string[]
  /** What the operator may change by files below `config/`. */
  readonly overrides: readonly (Overridable | OverrideFolder)[]
  /** Files below `config/` that the operator has to bring, and the key that asks for each. */
  readonly neededFiles?: (
    globals: Globals,
  ) => readonly { readonly path: string; readonly key: string }[]
  /** Where a host must have an address, beside the network `api`. */
  readonly networks?: readonly Network[]
  /** What one of its containers takes at rest, in MiB, as measured on the lab; 20 where nothing is said. */
  readonly memory?: number
  /** Images that a host needs before any container of the service is known. */
  readonly images?: readonly string[]
  /** Folders of its logs below `/var/log/kolla`, if it is not one that is called as the service. */
  readonly logs?: readonly string[]
  /** Its folder below `config/`, and the prefix of its settings, if they are not called as the service. */
  readonly prefix?: string
  /** What a shell does once they were rotated, if anything. */
  readonly afterRotation?: string
}

/** What a service runs on every host of a group. */
export interface Component {
  /** kolla-ansible's container name; `*` at its end stands for what tells several on one host apart. */
  readonly container: string
  /** Its folder below `/etc/kolla`, if it is not called as the container. */
  readonly folder?: string
  /** How the names of containers begin that it starts itself, by the host's Docker. */
  readonly helpers?: string
  /** kolla-ansible's inventory group. */
  readonly group: string
  /** Where it can be left out of its service. */
  enabled?(globals: Globals): boolean
  /** Ceph's accounts whose keys it needs: `glance` is `client.glance`. */
  readonly cephUsers?: (globals: Globals) => readonly string[]
  /** Whether machines of its host run by it: who wants none of them touched has them moved before it is replaced. */
  readonly carriesMachines?: true
  /** What of its host does not work, or goes on all the same, while it is replaced, where people would ask. */
  readonly interrupts?: (host: HostView) => string
  /** Where only the first host of its group runs it. */
  readonly firstHostOnly?: (cloud: Cloud) => boolean
  /** What runs on `ctx.host`, which is a member of the group. */
  containers(ctx: Context): readonly Container[]
  /** Every TCP socket that the containers open on `ctx.host`. */
  ports(ctx: Context): readonly Socket[]
  /** What proves from outside that they work on `ctx.host`. */
  health(ctx: Context): readonly Probe[]
  frontends(cloud: Cloud): readonly Frontend[]
}

/** A database, and the account that has all rights on it alone. */
export interface Database {
  readonly name: string
  readonly user: string
  /** Key in passwords.yml. */
  readonly password: string
}

/** How a service's schema is brought about, by one-shots. */
export interface Schema {
  /** What the commands are told of the cloud, by variables; nothing secret. When it changes they run again. */
  readonly environment?: (cloud: Cloud) => Readonly<Record<string, string>>
  /** Commands for a shell in the container: from nothing, or from any older state, to what the release wants. */
  readonly sync: string
  /** The same in parts, for an upgrade: while the old release serves, and when none of it is left. */
  readonly expand?: string
  readonly contract?: string
  /**
   * What its new image says of whether the service can be upgraded, before anything of it is touched: `nova-status upgrade
   * check`. It changes nothing, prints OpenStack's table of results, and ends with 1 for warnings, 2 for failures.
   */
  readonly check?: string
  /**
   * Folders of Alembic's migrations in the image, from the Python package on: `glance/db/sqlalchemy/alembic_migrations`. An
   * upgrade's plan tells what is in them.
   */
  readonly migrations?: readonly string[]
  /**
   * SQL that tells how far the databases were brought, a line each; by default the heads that Alembic keeps in all of them.
   * Where it tells something else than the release record has, a rollback restores the backup.
   */
  readonly heads?: (cloud: Cloud) => string
  /** Whether making it needs the right to make triggers, which MariaDB withholds while it writes a binary log. */
  readonly makesTriggers?: boolean
}

/** All that rendering may know: the cloud, the host to render for, and every host of a group. */
export interface Context {
  readonly cloud: Cloud
  readonly host: HostView
  /** In the inventory's order; empty for a group that nobody is in. */
  members(group: string): readonly HostView[]
  /** Every host that was asked, for Jinja in overrides, which may look at any. */
  readonly views: readonly HostView[]
}

export interface Socket {
  readonly container: string
  readonly address: string
  readonly port: number
}

/** A proof of health, to be tried on the host itself until it succeeds. */
export type Probe =
  /** For a container that opens no port and whose work nobody can ask for. */
  | { readonly kind: 'running'; readonly container: string }
  | { readonly kind: 'tcp'; readonly address: string; readonly port: number }
  /** GET answers with this status. */
  | { readonly kind: 'http'; readonly url: string; readonly status: number }
  /** A process of the container whose command line has `program` in it is connected to somebody's port. */
  | {
      readonly kind: 'connected'
      readonly container: string
      readonly program: string
      readonly port: number
    }
  /**
   * The command, run in the container, exits with 0 and prints a line that is equal to `line`, where given. It need not
   * be run where it `isItsCheck`, which Docker runs, and has succeeded since the container was started.
   */
  | {
      readonly kind: 'exec'
      readonly container: string
      readonly command: readonly string[]
      readonly isItsCheck?: true
      readonly line?: string
    }
  /**
   * The member of Galera that listens here says that it is Synced: to the account, which has no password, or, as long as
   * there is none, in the container.
   */
  | {
      readonly kind: 'synced'
      readonly container: string
      readonly address: string
      readonly port: number
      readonly user: string
    }

/** A port of the floating address and the group behind it. */
export interface Frontend {
  /** Name of the pair in haproxy.cfg: `<name>_front`, `<name>_back`. */
  readonly name: string
  readonly mode: 'http' | 'tcp'
  readonly address: 'internal' | 'external'
  readonly port: number
  readonly group: string
  /** Where the members listen. */
  listenPort(member: HostView): number
  readonly check: Check
  /** A POST to one of these paths may be sent to another member if one dies over it: it changes nothing. */
  readonly repeatable?: readonly string[]
  /** Only the first living member serves, in the inventory's order. */
  readonly activePassive?: boolean
  /** Of an idle connection, for long-lived ones: `3600s`. */
  readonly timeout?: string
  /** How long a connection may be idle that has become a tunnel, as websockets do: `1h`. */
  readonly tunnelTimeout?: string
  /** How long a client, and a member, may be silent in a request, if longer than usual: `6h`. */
  readonly clientTimeout?: string
  readonly serverTimeout?: string
  /** Only the first host of the group is behind it. */
  readonly firstHostOnly?: boolean
}

/** How HAProxy finds out whether a member can serve. */
export type Check =
  /** GET answers with 200, to whom `authorization` is sent for as the header of that name. Secret. */
  | { readonly kind: 'http'; readonly path: string; readonly authorization?: string }
  /** Answers, with a page or by sending elsewhere. */
  | { readonly kind: 'answers' }
  /** Takes connections. */
  | { readonly kind: 'connects' }
  /** Logs in by this account, which has no password, and asks: a member that Galera keeps from serving fails, too. */
  | { readonly kind: 'galera'; readonly user: string }

/** Folder of a service's files below `config/`, and the prefix of its settings. */
export function prefixOf({ name, prefix = name }: Service): string {
  return prefix
}

/** Folders of a service's logs below `/var/log/kolla`. */
export function logFolders({ name, logs = [name] }: Service): readonly string[] {
  return logs
}

/** The components of a service that the cloud has. */
export function componentsOf({ components }: Service, globals: Globals): Component[] {
  return components.filter((it) => it.enabled?.(globals) ?? true)
}

/** A service that is one component. */
export function ofOneComponent({
  container,
  group,
  containers,
  ports,
  health,
  frontends,
  ...service
}: Omit<Service, 'components'> & Omit<Component, 'enabled'>): Service {
  return { ...service, components: [{ container, group, containers, ports, health, frontends }] }
}
