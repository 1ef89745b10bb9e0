import type { Finding } from './finding.js'
import type { Globals } from './globals.js'
import type { HostFacts } from './observed-host.js'
import type { Passwords } from './passwords.js'

/** A cloud as its operator describes it: inventory, globals, passwords and overrides, checked. */
export interface Cloud {
  readonly name: string
  readonly globals: Globals
  /** In the inventory's order, which decides e.g. the first host of a Galera bootstrap. */
  readonly hosts: readonly Host[]
  /** Every group of kolla-ansible's tree and the operator's own → host names, in order. */
  readonly groups: ReadonlyMap<string, readonly string[]>
  readonly passwords: Passwords
  readonly overrides: readonly Override[]
}

/** A host by what it takes to ask it something. */
export interface ReachableHost {
  readonly name: string
  readonly connection: Connection
}

export interface Host extends ReachableHost {
  /** The cloud's globals with this host's own inventory variables applied. */
  readonly globals: Globals
}

/** Whom one logs in to, and with which keys. */
export interface Login {
  readonly address: string
  readonly port: number
  readonly user: string
  /** Absolute path; it must be there. */
  readonly privateKeyFile?: string
  /** Absolute paths; those that are not there are passed over. Without any key: the agent's or the user's default ones. */
  readonly identityFiles?: readonly string[]
}

/** A host that is only gone through, by the name that the operator calls it. */
export interface Hop extends Login {
  readonly name: string
}

/** How to reach a host, and to be root there: from `ansible_*` variables and the user's `~/.ssh/config`. */
export interface Connection extends Login {
  /** Secret. */
  readonly password?: string
  readonly become: boolean
  /** For sudo, if it asks. Secret. */
  readonly becomePassword?: string
  /** Jump hosts, the nearest to us first. */
  readonly jumps?: readonly Hop[]
}

/** One file below `config/`, such as `keystone.conf` or `keystone/kolla1/keystone.conf`. */
export interface Override {
  /** Relative to `config/`, with forward slashes. */
  readonly path: string
  readonly text: string
  /** Why the text could not be read; it is empty then, which matters only where something reads the file. */
  readonly problem?: string
}

/** The texts that a cloud is read from; file names are for messages. */
export interface CloudFiles {
  readonly name: string
  readonly inventory: SourceFile
  /** All below `group_vars/` and `host_vars/` beside the inventory. Snapshots of earlier versions have none. */
  readonly inventoryVars?: readonly SourceFile[]
  readonly globals: SourceFile
  /**
   * `globals.d/*.yml` beside globals.yml, in the order of their names: a later one wins, and each wins over globals.yml.
   * Snapshots of earlier versions have none.
   */
  readonly globalsD?: readonly SourceFile[]
  readonly passwords: SourceFile
  readonly overrides: readonly Override[]
  /** What was found of the hosts, where globals need it to be read at all. */
  readonly facts?: readonly HostFacts[]
  /** `~/.ssh/config` of whoever reads this, where there is one. */
  readonly sshConfig?: SshConfigFile
  /** Values in these files that ansible-vault had encrypted one by one; secret, as the texts are that hold them. */
  readonly vaulted?: readonly string[]
  /** What could not be read of all this, where something could not. */
  readonly problems?: readonly Finding[]
}

export interface SourceFile {
  readonly path: string
  readonly text: string
}

export interface SshConfigFile extends SourceFile {
  /** What `Include` stands for: pattern as it is written → files. */
  readonly included?: Readonly<Record<string, readonly SshConfigFile[]>>
}
