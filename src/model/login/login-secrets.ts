import type { Cloud } from '../cloud.js'
import type { Passwords } from '../passwords.js'

/** The passwords that hosts are logged in to with, and that sudo gets there. */
export function loginSecrets({ hosts }: Cloud): Passwords {
  const all = hosts.flatMap(({ name, connection: { password, becomePassword } }) => [
    [`password of ${name}`, password ?? ''],
    [`sudo password of ${name}`, becomePassword ?? ''],
  ])
  return Object.fromEntries(all) as Passwords
}
