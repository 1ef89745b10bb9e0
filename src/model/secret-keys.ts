import { passwordKinds } from './kolla/names.js'

/** Free text where people put logins: of proxies, brokers, databases, mirrors. */
const words =
  /pass(?!ive)|secret|token|cookie|credential|private|psk|_key$|^key$|auth_?str|custom_config|proxy$|prox(y|ies)_|(^|_)url|transport|connection$/i

/** Whether the value of a key may be a secret, so that no message shows it. */
export function mayHoldSecret(key: string): boolean {
  return passwordKinds.has(key) || words.test(key)
}
