import type { Cloud } from '../cloud.js'

/** What hosts are logged in to with. */
export function loginSecrets({ hosts }: Pick<Cloud, 'hosts'>): string[] {
  return hosts.flatMap(({ connection: { password, becomePassword } }) => [
    ...(password === undefined ? [] : [password]),
    ...(becomePassword === undefined ? [] : [becomePassword]),
  ])
}
