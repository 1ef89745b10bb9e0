/** How a secret looks in whatever quotes it: URLs, JSON, SQL, shells, XML, configuration files, base64. */
export function formsOf(secret: string): string[] {
  const forms = [secret, ...secret.split(/\r?\n/)].flatMap((text) => [
    text,
    ...inUrls(text),
    ...inQuotes(text),
    ...inBase64(text),
  ])
  return [...new Set(forms)]
}

/** As JavaScript and Python encode it for each part of a URL, with capitals and without. */
function inUrls(text: string): string[] {
  const encoded = encodeURIComponent(Buffer.from(text).toString())
  const strict = encoded.replace(/[!'()*]/g, (letter) => `%${letter.charCodeAt(0).toString(16)}`)
  const forms = [encoded, strict, strict.replaceAll('%2F', '/'), strict.replaceAll('%20', '+')]
  const cased = forms.flatMap((form) => [form, ...inCase(form)])
  return cased.flatMap((form) => [form, form.replaceAll('%', '%%')])
}

function inCase(form: string): string[] {
  const change = (how: (digits: string) => string) => form.replace(/%[0-9a-f]{2}/gi, how)
  return [change((digits) => digits.toLowerCase()), change((digits) => digits.toUpperCase())]
}

function inQuotes(text: string): string[] {
  const json = JSON.stringify(text).slice(1, -1)
  const ascii = json.replace(
    /[^ -~]/g,
    (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
  const backslashed = text.replaceAll('\\', '\\\\')
  return [
    json,
    ascii,
    json.replaceAll('/', '\\/'),
    JSON.stringify(json).slice(1, -1),
    // SQL and Python
    backslashed,
    backslashed.replaceAll("'", "''"),
    backslashed.replaceAll("'", "\\'"),
    text.replaceAll("'", "''"),
    // Shells: '…', "…", and without quotes
    text.replaceAll("'", `'\\''`),
    text.replaceAll("'", `'"'"'`),
    text.replace(/["$`\\]/g, '\\$&'),
    text.replace(/[^\w@%+=:,./-]/g, '\\$&'),
    // oslo.config, configparser, compose files
    text.replaceAll('$', '$$$$'),
    text.replaceAll('%', '%%'),
    ...inXml(text),
  ]
}

function inXml(text: string): string[] {
  const xml = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
  return [xml, xml.replaceAll('"', '&quot;').replaceAll("'", '&#39;')]
}

/** What of it stays the same wherever it begins among three bytes, as in `user:password`. */
function inBase64(text: string): string[] {
  const bytes = Buffer.from(text)
  return [0, 1, 2].flatMap((offset) => {
    const whole = Buffer.concat([Buffer.alloc(offset), bytes])
    const end = Math.floor((whole.length * 4) / 3)
    const form = whole.toString('base64').slice(offset === 0 ? 0 : offset + 1, end)
    return form.length < 6 ? [] : [form, form.replaceAll('+', '-').replaceAll('/', '_')]
  })
}
