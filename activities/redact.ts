import type { Redact } from './failures.js'
import { formsOf } from './secret-forms.js'

/** Shorter ones would hide half of every text: they are hidden only where they stand as a value. */
const SHORTEST = 4

/** A beginning of a secret at the end of a line is hidden from so many letters on, or from half of it. */
const CUT = 8

const HIDDEN = '***'

/** Secrets that nobody told us, by their looks. */
const looks: readonly (readonly [RegExp, string])[] = [
  // Ceph's keys, which it makes itself: type, time, length, sixteen bytes.
  [/\bAQ[A-D][A-Za-z0-9+/]{35}==/g, HIDDEN],
  // Fernet tokens and what else is encrypted so.
  [/\bgAAAAA[\w-]{40,}=*/g, HIDDEN],
  [
    /(-----BEGIN [A-Z ]*PRIVATE KEY-----)[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g,
    `$1${HIDDEN}`,
  ],
  // The password of a URL, and those of a transport_url's other hosts.
  [/(:\/\/[^\s:/@]*:)[^\s/@]+(?=@)/g, `$1${HIDDEN}`],
  [/(,[^\s:/@,]*:)[^\s/@,]+(?=@[\w.[\]-]+:\d+)/g, `$1${HIDDEN}`],
]

/**
 * Secrets of the clouds that this worker has opened: whatever it tells Temporal or its log goes through `redact`. Each is
 * found as it stands and as languages write it (`formsOf`), also where a line was cut in the middle of it.
 */
export class Secrets {
  readonly #known = new Set<string>()
  /** First letters → forms that begin so, longest first: one may begin with another. */
  readonly #forms = new Map<string, string[]>()
  #short: RegExp | undefined

  add(secrets: readonly string[]): void {
    const added = secrets.filter((secret) => secret.trim() !== '' && !this.#known.has(secret))
    if (added.length === 0) return
    for (const secret of added) {
      this.#known.add(secret)
      for (const form of formsOf(secret)) this.#addForm(form)
    }
    this.#short = shortOnes([...this.#known])
  }

  readonly redact: Redact = (text) => {
    let clean = this.#withoutForms(text)
    if (this.#short) clean = clean.replace(this.#short, HIDDEN)
    for (const [look, instead] of looks) clean = clean.replace(look, instead)
    return clean
  }

  #addForm(form: string): void {
    if (form.trim().length < SHORTEST || isFrame(form)) return
    const begin = form.slice(0, SHORTEST)
    const others = this.#forms.get(begin) ?? []
    if (others.includes(form)) return
    this.#forms.set(
      begin,
      [...others, form].sort((a, b) => b.length - a.length),
    )
  }

  #withoutForms(text: string): string {
    let clean = ''
    let from = 0
    for (let at = 0; at + SHORTEST <= text.length; at++) {
      const forms = this.#forms.get(text.slice(at, at + SHORTEST))
      if (!forms) continue
      const length = lengthOfSecret(text, at, forms)
      if (length === 0) continue
      clean += text.slice(from, at) + HIDDEN
      from = at + length
      at = from - 1
    }
    return clean + text.slice(from)
  }
}

/** How much of a text from a place on is one of these, whole or cut at the end of the line; 0 where it is none. */
function lengthOfSecret(text: string, at: number, forms: readonly string[]): number {
  const whole = forms.find((form) => text.startsWith(form, at))
  if (whole !== undefined) return whole.length
  const longest = forms[0]?.length ?? 0
  // A line's end: its last letters, dots that say that there was more, or a line break, escaped or not.
  const rest = /^.*?(?=\.\.\.|…|["']?(?:\\n|\n|\r|$))/.exec(text.slice(at, at + longest + 8))?.[0]
  if (rest === undefined) return 0
  const isCut = forms.some(
    (form) =>
      form.startsWith(rest) && rest.length >= Math.min(CUT, Math.max(SHORTEST, form.length / 2)),
  )
  return isCut ? rest.length : 0
}

/** `password = abc`, `user:abc@host`, `'abc'`, `-pabc`: there a word of a few letters is a secret. */
function shortOnes(secrets: readonly string[]): RegExp | undefined {
  const short = secrets.filter((secret) => secret.length < SHORTEST)
  if (short.length === 0) return undefined
  const any = short
    .sort((a, b) => b.length - a.length)
    .map((secret) => secret.replace(/[^\w]/g, '\\$&'))
    .join('|')
  return new RegExp(`(?<=[=:'"]|[=:] |\\bpass(?:word|phrase)? |\\s-p)(?:${any})(?![\\w-])`, 'g')
}

/** First and last line of a private key are those of every key. */
function isFrame(line: string): boolean {
  return /^-----(?:BEGIN|END)[A-Z -]*$/.test(line)
}
