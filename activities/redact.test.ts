import { describe, expect, it } from 'vitest'
import { Secrets } from './redact.js'

const line = 'b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAABlwAAAAdzc2gtcn'
const key = `-----BEGIN OPENSSH PRIVATE KEY-----\n${line}\n-----END OPENSSH PRIVATE KEY-----`

function secretsWith(...values: string[]): Secrets {
  const secrets = new Secrets()
  secrets.add(values)
  return secrets
}

describe('Secrets', () => {
  const secrets = secretsWith('hunter2', 'hunter2secret', key, '', ' ')

  it('hides every value, wherever it stands, the longer one first', () => {
    expect(secrets.redact('mysql -phunter2secret; hunter2')).toBe('mysql -p***; ***')
  })

  it('hides private keys line by line, escaped or not', () => {
    const begin = '-----BEGIN OPENSSH PRIVATE KEY-----'
    expect(secrets.redact(JSON.stringify(`${begin}\n${line}`))).not.toContain(line)
    expect(secrets.redact(`it says: ${line}`)).toBe('it says: ***')
    expect(secrets.redact(`begins with ${begin}, as all do`)).toContain(begin)
  })

  it('leaves other texts alone', () => {
    expect(secrets.redact('ssh-rsa BBBB')).toBe('ssh-rsa BBBB')
    expect(secrets.redact('the hunt is on')).toBe('the hunt is on')
    const image = 'pulled 10.0.0.1:5000/kolla/cron:2026.1@sha256:0123456789abcdef'
    expect(secrets.redact(image)).toBe(image)
  })
})

describe('one secret is hidden however it is written', () => {
  const secret = `it's "a" \\ se/cret: ü $x%1 & <b>`
  const { redact } = secretsWith(secret)
  const pythonQuoted = 'it%27s%20%22a%22%20%5C%20se/cret%3A%20%C3%BC%20%24x%251%20%26%20%3Cb%3E'
  const basic = (user: string) => Buffer.from(`${user}:${secret}`).toString('base64')

  it.each([
    ['in a URL', `rabbit://openstack:${encodeURIComponent(secret)}@10.0.0.1:5672//`],
    ['in a URL, small', `mysql://k:${encodeURIComponent(secret).toLowerCase()}@10.0.0.1`],
    ['in a URL of Python', pythonQuoted],
    ['in a form', pythonQuoted.replaceAll('%20', '+').replace('/', '%2F')],
    ['in JSON', JSON.stringify({ a: secret })],
    ['in JSON in JSON', JSON.stringify(JSON.stringify({ a: secret }))],
    ['in JSON of Python', JSON.stringify(secret).replace('ü', '\\u00fc')],
    ['in SQL', `IDENTIFIED BY '${secret.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`],
    ['in a shell', `echo '${secret.replaceAll("'", `'\\''`)}'`],
    ['in a shell, double', `echo "${secret.replace(/["$`\\]/g, '\\$&')}"`],
    ['in oslo.config', `password = ${secret.replaceAll('$', '$$$$')}`],
    ['in XML', secret.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')],
    ['in base64', Buffer.from(secret).toString('base64')],
    ['in base64 behind one letter', basic('')],
    ['in base64 behind two letters', basic('a')],
    ['in base64 behind three letters', basic('ab')],
    ['in base64 for URLs', Buffer.from(secret).toString('base64url')],
  ])('%s', (_, text) => {
    expect(redact(text)).toContain('***')
    const rest = redact(text)
    expect(rest).not.toMatch(/cret|se\/|x%1/)
    expect(rest).not.toContain(Buffer.from(secret).toString('base64').slice(8, 20))
  })
})

it('hides what was cut at the end of a line', () => {
  const { redact } = secretsWith('Hunter2', 'k9JzUFiTrY1tLw4Yq0sD8vXbN3mEoPcR')
  expect(redact('connection = mysql://k:k9JzUFiTrY1t\nnext')).toBe(
    'connection = mysql://k:***\nnext',
  )
  expect(redact('password is Hunt')).toBe('password is ***')
  expect(redact('said "Hunte..." there')).toBe('said "***..." there')
  expect(redact('{"line":"Hunter\\nmore"}')).toBe('{"line":"***\\nmore"}')
  expect(redact('Hunt for it')).toBe('Hunt for it')
})

it('hides short values where they stand as a value', () => {
  const { redact } = secretsWith('a', 'x1', 'a.b')
  expect(redact('password = a')).toBe('password = ***')
  expect(redact('mysql -px1 -h a')).toBe('mysql -p*** -h a')
  expect(redact("IDENTIFIED BY 'x1'")).toBe("IDENTIFIED BY '***'")
  expect(redact('amqp://me:a.b@host')).toBe('amqp://me:***@host')
  expect(redact('a host is away')).toBe('a host is away')
})

it('hides what nobody told it: keys of Ceph, tokens, passwords of URLs, private keys', () => {
  const { redact } = new Secrets()
  const cephx = 'AQBQ5mVnAAAAABAAn3bLr8q0pX8s7v1QkY0hZg=='
  expect(redact(`key = ${cephx}`)).toBe('key = ***')
  expect(redact(`gAAAAAB${'x'.repeat(60)}`)).toBe('***')
  expect(redact('rabbit://a:one@10.0.0.1:5672,a:two@10.0.0.2:5672//')).toBe(
    'rabbit://a:***@10.0.0.1:5672,a:***@10.0.0.2:5672//',
  )
  expect(redact(key)).toBe('-----BEGIN OPENSSH PRIVATE KEY-----***')
})

it('takes a moment for a long text and many secrets', () => {
  const secrets = new Secrets()
  secrets.add(Array.from({ length: 200 }, (_, i) => `${'secret'.repeat(5)}${i}`))
  const began = performance.now()
  secrets.redact('nothing to be seen, secretly; '.repeat(5000))
  expect(performance.now() - began).toBeLessThan(1000)
})
