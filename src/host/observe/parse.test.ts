import { describe, expect, test } from 'vitest'
import { configurationDigest, fileState } from '../../plan/digest.js'
import { parseContainers, parseEngine, parseImages, parseVolumes } from './docker.js'
import { parseFacts, parseInterfaces, parseMemory, parseOs } from './facts.js'
import { digestFolders } from './folders.js'
import { parseListeners } from './listeners.js'
import { FactRefused, factsOf, printable } from './fact.js'
import { splitSections } from './script.js'

test('sections hold their lines; one that was not printed is empty', () => {
  const section = splitSections('@@ hostname\nkolla1\n@@ volumes\nmariadb\nrabbitmq\n\n')
  expect(section('hostname')).toEqual(['kolla1'])
  expect(section('volumes')).toEqual(['mariadb', 'rabbitmq'])
  expect(section('images')).toEqual([])
})

test('knows distributions by their family', () => {
  const os = (text: string) => parseOs(text.split('\n'))
  expect(os('ID=debian\nVERSION_ID="12"')).toEqual({
    family: 'debian',
    id: 'debian',
    version: '12',
  })
  expect(os('ID=ubuntu\nID_LIKE=debian\nVERSION_ID="24.04"').family).toBe('debian')
  expect(os('ID="rocky"\nID_LIKE="rhel centos fedora"\nVERSION_ID="9.4"')).toEqual({
    family: 'redhat',
    id: 'rocky',
    version: '9.4',
  })
  expect(os('ID=arch').family).toBe('other')
})

test('an interface without an IPv4 address has an empty list', () => {
  const eth0 = [
    { family: 'inet', local: '192.168.8.70', prefixlen: 24 },
    { family: 'inet', local: '192.168.8.75', prefixlen: 32 },
    { family: 'inet6', local: 'fe80::1', prefixlen: 64 },
  ]
  const json = [
    { ifname: 'eth0', addr_info: eth0 },
    { ifname: 'eth2', addr_info: [] },
  ]
  expect(parseInterfaces(JSON.stringify(json))).toEqual({
    eth0: ['192.168.8.70/24', '192.168.8.75/32'],
    eth2: [],
  })
})

test('memory is what the machine has, or what its control group leaves of it', () => {
  expect(parseMemory(['24684092'])).toBe(24684092 * 1024)
  expect(parseMemory(['24684092', 'limit 5368709120'])).toBe(5368709120)
  expect(parseMemory(['24684092', 'limit 9223372036854771712'])).toBe(24684092 * 1024)
  expect(parseMemory(['24684092', 'limit max'])).toBe(24684092 * 1024)
})

/** A container as Docker lists it. */
const listed = {
  Id: 'c1',
  Names: ['/cron'],
  State: 'running',
  Image: 'x',
  ImageID: 'sha256:id2',
  Labels: { 'kolla_temporal.cloud': 'demo', name: 'cron' },
}

test('images: several digests of one reference, and one that lost its tag', () => {
  const images = parseImages([
    JSON.stringify([
      {
        Id: 'sha256:id1',
        RepoTags: ['r:5000/kolla/cron:2026.1', 'other/cron:1'],
        RepoDigests: ['r:5000/kolla/cron@sha256:aa', 'other/cron@sha256:bb'],
      },
      { Id: 'sha256:id2', RepoTags: null, RepoDigests: ['r:5000/kolla/cron@sha256:cc'] },
      { Id: 'sha256:id3', RepoTags: ['local:latest'], RepoDigests: [] },
    ]),
  ])
  expect(images.byReference).toEqual({
    'r:5000/kolla/cron:2026.1': ['sha256:aa'],
    'other/cron:1': ['sha256:bb'],
    'local:latest': [],
  })
  expect(parseContainers([JSON.stringify([listed])], images)).toEqual([
    {
      name: 'cron',
      id: 'c1',
      state: 'running',
      image: 'x',
      imageDigests: ['sha256:cc'],
      labels: { 'kolla_temporal.cloud': 'demo' },
    },
  ])
})

test('listeners with their process and container, whatever the address looks like', () => {
  const sockets = [
    'LISTEN 0 80 192.168.8.70:3306 0.0.0.0:* users:(("mariadbd",pid=12,fd=20),("x",pid=13,fd=2))',
    'LISTEN 0 128 [::]:22 [::]:* users:(("sshd",pid=184,fd=4))',
    'LISTEN 0 128 127.0.0.53%lo:53 0.0.0.0:*',
    'LISTEN 0 511 *:80 *:* users:(("apache2",pid=99,fd=4))',
  ]
  const containers = [{ id: 'abc', name: 'mariadb' }]
  expect(parseListeners(sockets, ['12 abc', '99 unknown'], containers)).toEqual([
    { address: '192.168.8.70', port: 3306, process: 'mariadbd', pid: 12, container: 'mariadb' },
    { address: '::', port: 22, process: 'sshd', pid: 184 },
    { address: '127.0.0.53', port: 53 },
    { address: '::', port: 80, process: 'apache2', pid: 99 },
  ])
})

test("a socket is its container's whichever of its processes is told first, or has ended since", () => {
  const socket =
    'LISTEN 0 100 10.0.0.1:6080 *:* users:(("nova-novncproxy",pid=41,fd=4),("nova-novncproxy",pid=12,fd=4))'
  const containers = [{ id: 'abc', name: 'nova_novncproxy' }]
  const found = { address: '10.0.0.1', port: 6080, process: 'nova-novncproxy' }
  const container = 'nova_novncproxy'
  expect(parseListeners([socket], ['12 abc'], containers)).toEqual([
    { ...found, pid: 12, container },
  ])
  expect(parseListeners([socket], [], containers)).toEqual([{ ...found, pid: 41 }])
})

test('a folder as it was rendered has the rendered digest; anything else another', () => {
  const file = fileState({ path: 'fernet-keys/0', content: 'secret', mode: 0o600 })
  const digests = [`${file.sha256}  keystone/fernet-keys/0`]
  const found = (...extra: string[]) =>
    digestFolders(
      'key',
      ['d 700 0:0 keystone', 'd 700 0:0 keystone/fernet-keys', ...extra],
      digests,
    )['keystone']
  const wanted = configurationDigest('key', [file])
  expect(found('f 600 0:0 keystone/fernet-keys/0')).toBe(wanted)
  expect(found('f 640 0:0 keystone/fernet-keys/0')).not.toBe(wanted)
  expect(found('f 600 42:0 keystone/fernet-keys/0')).not.toBe(wanted)
  expect(found('l 777 0:0 keystone/fernet-keys/0')).not.toBe(wanted)
  expect(found()).toBe(configurationDigest('key', []))
  expect(wanted).not.toContain(file.sha256)
})

describe('a hostile host', () => {
  const address = (local: string) =>
    JSON.stringify([{ ifname: 'eth0', addr_info: [{ family: 'inet', local, prefixlen: 24 }] }])
  const good: Record<string, string[]> = {
    hostname: ['kolla2'],
    interfaces: [address('10.0.0.71')],
    'os-release': ['ID=debian', 'VERSION_ID="12"'],
    cpus: ['2'],
    memory: ['24684092'],
  }
  const facts = (changes: Record<string, string[]> = {}) =>
    parseFacts('kolla2', (name) => ({ ...good, ...changes })[name] ?? [])

  test('is believed what has the form that it must have', () => {
    expect(facts().interfaces).toEqual({ eth0: ['10.0.0.71/24'] })
  })

  test.each([
    ['address', { interfaces: [address('10.0.0.70; curl x | sh')] }],
    ['address', { interfaces: [address('10.0.0.70\nPermitRootLogin yes')] }],
    ['address', { interfaces: [address('::1')] }],
    ['hostname', { hostname: ['kolla2 kolla1'] }],
    ['hostname', { hostname: ['kolla2\u0007'] }],
    ['hostname', { hostname: ['$(id)'] }],
    ['hostname', { hostname: [] }],
    ['operating system', { 'os-release': ["ID=debian'; id; '"] }],
    ['operating system', { 'os-release': ['ID=rhel', "VERSION_ID=9'\nid"] }],
    ['number of processors', { cpus: ['2; id'] }],
    ['memory', { memory: [] }],
    ['list of interfaces', { interfaces: ['{}'] }],
  ])('is refused another %s', (what, changes) => {
    const parse = () => factsOf('kolla2', () => facts(changes))
    expect(parse).toThrow(FactRefused)
    expect(parse).toThrow(
      `kolla2: its ${what} is none that we understand: look at it there, nothing was changed`,
    )
  })

  test.each([
    [
      'is the first of several ways',
      { nexthops: [{ dev: 'eth1', gateway: '10.0.0.1' }, { dev: 'eth2' }] },
    ],
    [
      'is not one that leads nowhere',
      { type: 'unreachable' },
      { dev: 'eth1', gateway: '10.0.0.1' },
    ],
  ])('default route %s', (_, ...routes) => {
    const { defaultRoute } = facts({ 'default-route': [JSON.stringify(routes)] })
    expect(defaultRoute).toEqual({ interface: 'eth1', gateway: '10.0.0.1' })
  })

  test('is not quoted where it speaks no JSON', () => {
    expect(() => factsOf('kolla2', () => facts({ interfaces: ['Hunter2'] }))).toThrow(
      /^kolla2: one of its answers is no JSON$/,
    )
  })

  test('names no interface, image or volume that we could not write', () => {
    const odd = [{ ifname: 'eth0 { }', addr_info: [] }]
    expect(parseInterfaces(JSON.stringify(odd))).toEqual({})
    const image = { Id: 'x', RepoTags: ['a;b:1'], RepoDigests: ['a;b@sha256:aa'] }
    expect(parseImages([JSON.stringify([image])]).byReference).toEqual({})
    const Volumes = ['mariadb', '../x', 'a b'].map((Name) => ({ Name, Driver: 'local' }))
    expect(parseVolumes([JSON.stringify({ Volumes })]).names).toEqual(['mariadb'])
    expect(() => parseEngine(['20.10', 'relative', '5'])).toThrow()
    const names = (Names: unknown) =>
      parseContainers([JSON.stringify([{ ...listed, Names }])], parseImages([])).map(
        (it) => it.name,
      )
    expect([names(['/../x']), names(null)]).toEqual([[], []])
    // Another container has a link to it.
    expect(names(['/app/db', '/db'])).toEqual(['db'])
  })

  test("does not steer anybody's terminal", () => {
    expect(printable('a\u001b[2Jb\nc')).toBe('a?[2Jb?c')
    const socket = 'LISTEN 0 80 10.0.0.1:80 *:* users:(("x\u001b[2J",pid=1,fd=2))'
    expect(parseListeners([socket, 'LISTEN 0 80 evil;x:80 *:*'], [], [])).toEqual([
      { address: '10.0.0.1', port: 80, process: 'x?[2J', pid: 1 },
    ])
  })
})

test('volumes that Docker mounts itself, and no others', () => {
  const local = { Driver: 'local', Options: null }
  const device = { device: '/srv/db', o: 'bind', type: 'none' }
  const Volumes = [
    { Name: 'mariadb', Driver: 'local', Options: device },
    { Name: 'mariadb_backup', ...local },
    { Name: 'ceph_mon', Driver: 'local', Options: {} },
    { Name: 'mariadb_replaced', Driver: 'rexray', Options: null },
  ]
  expect(parseVolumes([JSON.stringify({ Volumes })]).mounted).toEqual({
    mariadb: 'local {"device":"/srv/db","o":"bind","type":"none"}',
    mariadb_replaced: 'rexray',
  })
})
