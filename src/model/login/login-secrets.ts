import type { ReachableHost } from '../cloud.js'

/** What hosts are logged in to with. */
export function loginSecrets(hosts: readonly ReachableHost[]): string[] {
  return hosts.flatMap(({ connection: { password, becomePassword } }) => [
    ...(password === undefined ? [] : [password]),
    ...(becomePassword === undefined ? [] : [becomePassword]),
  ])
}
