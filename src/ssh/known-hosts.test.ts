import { mkdtemp, readFile, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { fingerprint, hostKey, recordedKeys, recordHostKey } from './known-hosts.js'

// `ssh-keygen -lf` prints this key's fingerprint as below.
const line = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl'
const key = hostKey(Buffer.from(line.split(' ')[1] ?? '', 'base64'))
const other = hostKey(Buffer.concat([key.blob.subarray(0, -1), Buffer.from([0])]))

test("a key's type and OpenSSH's fingerprint come from its wire format", () => {
  expect(key.type).toBe('ssh-ed25519')
  expect(fingerprint(key)).toBe('SHA256:+DiY3wvvV6TuJJhbpZisF/zLDA0zPMSvHdkr4UvCOqU')
})

test('finds a host by address and port among others', () => {
  const text = `# comment\n\nkolla1,192.168.8.70 ${line} root@x\n[192.168.8.70]:2222 ${line}\n@revoked kolla2 ${line}\n`
  expect(recordedKeys(text, '192.168.8.70', 22)).toEqual([key])
  expect(recordedKeys(text, '192.168.8.70', 2222)).toEqual([key])
  expect(recordedKeys(text, '192.168.8.70', 22222)).toEqual([])
  expect(recordedKeys(text, 'kolla2', 22)).toEqual([])
})

test('records a key once, in place of an older one, and leaves other hosts alone', async () => {
  const file = join(await mkdtemp(join(tmpdir(), 'known-hosts-')), 'cloud', 'known_hosts')
  await recordHostKey(file, '192.168.8.70', 22, other)
  await recordHostKey(file, '192.168.8.71', 2222, other)
  await recordHostKey(file, '192.168.8.70', 22, key)
  const text = await readFile(file, 'utf8')
  expect(text.split('\n')).toEqual([
    `[192.168.8.71]:2222 ssh-ed25519 ${other.blob.toString('base64')}`,
    `192.168.8.70 ${line}`,
    '',
  ])
  expect((await stat(file)).mode & 0o777).toBe(0o600)
})
