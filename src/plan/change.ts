/** One line of a plan. An empty list of changes is a cloud that is as described. */
export interface Change {
  readonly host: string
  readonly service: string
  readonly container: string
  /**
   * create: missing · replace: other image or definition · restart: its configuration changed, or it does not run (either way it is made anew) ·
   * write: configuration files on the host differ from what the running container was given · remove: no longer wanted.
   */
  readonly action: 'create' | 'replace' | 'restart' | 'write' | 'remove'
  /** A container that runs will be stopped for it. */
  readonly interrupts: boolean
  /** Why, in a few words each: `image 2025.2 → 2026.1`, `configuration`, `environment`, `missing`, `exited`. */
  readonly reasons: readonly string[]
}
