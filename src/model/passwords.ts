import { z } from 'zod'

/** A key pair as kolla-ansible's passwords.yml holds it: PEM and one line of OpenSSH. */
export const keyPairSchema = z.object({
  private_key: z.string().min(1),
  public_key: z.string().min(1),
})

export type KeyPair = z.output<typeof keyPairSchema>

/** The content of passwords.yml by key. Secret: never put it into a payload, a log or an argument. */
export type Passwords = Readonly<Record<string, string | KeyPair>>

/** The named password. Throws when it is missing, which `readCloud` has reported before for every required one. */
export function password(passwords: Passwords, key: string): string {
  const value = passwords[key]
  if (typeof value !== 'string') throw new Error(`passwords.yml holds no password ${key}`)
  return value
}

/** The named SSH key pair. Throws as `password` does. */
export function keyPair(passwords: Passwords, key: string): KeyPair {
  const value = passwords[key]
  if (typeof value !== 'object') throw new Error(`passwords.yml holds no key pair ${key}`)
  return value
}
