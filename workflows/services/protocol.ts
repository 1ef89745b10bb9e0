import type { Run } from '../run.js'

/** Does one step of an operation and asks what to do when it fails. Returns whether it was done, and not skipped. */
export type Attempt = (title: string, body: () => Promise<unknown>) => Promise<boolean>

type Replace = (run: Run, host: string, containers: readonly string[]) => Promise<unknown>

/** How a part of the runbook is carried out: what is not the same for all. */
export interface Protocol {
  /** Brings about what the plan says of the part; nothing where it says nothing. */
  start(run: Run): Promise<void>
  /** What comes before the first of its hosts gets another release. Returns whether that was done. */
  before?(run: Run, hosts: readonly string[], attempt: Attempt): Promise<boolean>
  /** What comes before the first of its hosts gets an older release. */
  beforeOlder?(run: Run, attempt: Attempt): Promise<unknown>
  /** The order in which hosts are replaced, if it is not that of the plan. */
  order?(run: Run, hosts: readonly string[]): Promise<readonly string[]>
  /** Replaces the part's containers on one host, in either direction, and waits until they do their work. */
  replace: Replace
  /** The same where what comes is older, if that takes more. */
  readonly replaceByOlder?: Replace
  /** Services of other parts whose containers that replaces, too. */
  readonly replacesToo?: readonly string[]
  /** What ends an upgrade once every host has the new release. */
  finish?(run: Run): Promise<void>
  /** Its members vote, or hold the floating address: they go one by one, whatever batch somebody wishes for. */
  readonly oneAtATime?: boolean
}
