/** One line of a plan. An empty list of changes is a cloud that is as described. */
export interface Change {
  readonly host: string
  readonly service: string
  /** Or, for `label` and `bootstrap`, the device; `pools`; `networking`; a kind of one-shot. */
  readonly container: string
  /**
   * create: missing · replace: other image or definition · restart: its configuration changed, or it does not run (either way it is made anew) ·
   * label: a blank disk is partitioned for Ceph · bootstrap: a partition becomes an OSD, Ceph gets its pools, a host its networking, or a one-shot of a service is run ·
   * giveBack: what a run that was ended by force left drained takes work again; `container` is what, as `mariadb_back/kolla2` ·
   * write: configuration files on the host differ from what the running container was given · remove: no longer wanted.
   */
  readonly action:
    'create' | 'replace' | 'restart' | 'label' | 'bootstrap' | 'giveBack' | 'write' | 'remove'
  /** A container that runs will be stopped for it. */
  readonly interrupts: boolean
  /** What of the host does not work meanwhile, where it interrupts what people would ask for. */
  readonly interruption?: string
  /** Why, in a few words each: `image 2025.2 → 2026.1`, `configuration`, `environment`, `missing`, `exited`. */
  readonly reasons: readonly string[]
}

/** Whether it is about a container that is to be there; else about a disk or pools, what is drained, or what goes. */
export function isContainer({ action }: Change): boolean {
  return !['label', 'bootstrap', 'giveBack', 'remove'].includes(action)
}
