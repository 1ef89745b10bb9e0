import { describe, expect, it } from 'vitest'
import { Secrets } from './redact.js'

describe('Secrets', () => {
  const secrets = new Secrets()
  secrets.add({
    database_password: 'hunter2secret',
    ssh: { private_key: '-----BEGIN\nAAAA\n-----END', public_key: 'ssh-rsa BBBB' },
    docker_registry_password: '',
  })

  it('hides every value, wherever it stands', () => {
    expect(secrets.redact('mysql -phunter2secret; hunter2secret')).toBe('mysql -p***; ***')
  })

  it('hides private keys also where line breaks are escaped', () => {
    expect(secrets.redact(JSON.stringify('-----BEGIN\nAAAA\n-----END'))).toBe('"***"')
  })

  it('leaves other texts alone', () => {
    expect(secrets.redact('ssh-rsa BBBB')).toBe('ssh-rsa BBBB')
  })
})
