import { describe, expect, it } from 'vitest'
import { Secrets } from './redact.js'

const line = 'b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAABlwAAAAdzc2gtcn'

describe('Secrets', () => {
  const secrets = new Secrets()
  secrets.add({
    database_password: 'hunter2',
    longer: 'hunter2secret',
    ssh: { private_key: `-----BEGIN\n${line}\n-----END`, public_key: 'ssh-rsa BBBB' },
    docker_registry_password: '',
    ceph_cluster_fsid: 'cbae35a4-ba9d-4de6-a21d-1672719c44be',
  })

  it('hides every value, wherever it stands, the longer one first', () => {
    expect(secrets.redact('mysql -phunter2secret; hunter2')).toBe('mysql -p***; ***')
  })

  it('hides private keys line by line, escaped or not', () => {
    expect(secrets.redact(JSON.stringify(`-----BEGIN\n${line}`))).toBe('"-----BEGIN\\n***"')
    expect(secrets.redact(line)).toBe('***')
  })

  it('leaves other texts alone', () => {
    expect(secrets.redact('ssh-rsa BBBB')).toBe('ssh-rsa BBBB')
    expect(secrets.redact('cluster cbae35a4-ba9d-4de6-a21d-1672719c44be')).toMatch(/44be$/)
  })
})
