import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Installation } from '../support/installation.js'
import { cleanHosts, onHost, onHosts } from '../support/lab.js'

/** What an operator gets wrong, and what the hosts hold against him: a sentence each, and nothing is touched. */
let installation: Installation
beforeAll(async () => {
  installation = await Installation.start()
  await cleanHosts()
  await installation.run('bootstrap-servers')
  await installation.run('build')
})
afterAll(async () => {
  await installation.stop()
})

/** Edits files, runs prechecks, puts the files back; exit code 2 and what was said. */
async function refused(...edits: readonly [path: string, from: string | RegExp, to: string][]) {
  const undo: (() => Promise<void>)[] = []
  try {
    for (const edit of edits) undo.unshift(await installation.edit(...edit))
    const { code, stderr } = await installation.attempt('deploy')
    expect(code, stderr).toBe(2)
    return stderr
  } finally {
    for (const back of undo) await back()
  }
}

describe('deploy is refused', () => {
  it.each<[string, [string, string | RegExp, string], RegExp]>([
    [
      'for broken YAML',
      ['globals.yml', 'openstack_release: "2026.1"', 'openstack_release: "2026.1'],
      /globals\.yml:\d+:\d+: error: /,
    ],
    [
      'for a broken inventory',
      ['multinode', '[network]', '[network'],
      /multinode:\d+:\d+: error: /,
    ],
    [
      'for a floating address outside the network',
      ['globals.yml', '192.168.8.75', '192.168.9.75'],
      /kolla1: error: kolla_internal_vip_address 192\.168\.9\.75 is outside the network of eth0/,
    ],
    [
      'for an interface that a host lacks',
      ['globals.yml', 'network_interface: "eth0"', 'network_interface: "bond0"'],
      /kolla3: error: interface bond0 does not exist/,
    ],
    [
      'for an empty password',
      ['passwords.yml', /^database_password: .*$/m, 'database_password:'],
      /passwords\.yml.*database_password.*genpwd/,
    ],
    [
      'for images that the registry lacks, naming them',
      [
        'globals.yml',
        'openstack_release: "2026.1"',
        'openstack_release: "2026.1"\nopenstack_tag: "none"',
      ],
      /the registry lacks images .*kolla\/keystone:none.*kolla-temporal build/,
    ],
    [
      'for a host that does not answer',
      ['multinode', 'ansible_host=192.168.8.72', 'ansible_host=192.168.8.79'],
      /kolla3: error: 192\.168\.8\.79 .*(does not answer|can't be reached|route)/,
    ],
    [
      'for a login that is refused',
      ['multinode', 'ansible_user=root', 'ansible_user=nobody'],
      /kolla1: error: .*nobody/,
    ],
  ])('%s', async (_, edit, sentence) => {
    expect(await refused(edit)).toMatch(sentence)
  })

  it('for a host key that changed', async () => {
    const undo = await installation.edit(
      'known_hosts',
      /^(192\.168\.8\.71 ssh-ed25519 )(.*)$/m,
      '$1AAAAC3NzaC1lZDI1NTE5AAAAIJdD7y3aLq454yWBdwLWbieU1ebz9/cu7/QEXn9OIeZJ',
    )
    await installation.run('server', 'stop') // logins that are open were verified before
    await installation.run('server', 'start')
    const { code, stderr } = await installation.attempt('deploy')
    await undo()
    expect(code).toBe(2)
    expect(stderr).toMatch(/kolla2: error: host key changed: SHA256:.* is on record/)
  })

  it('for everything at once, not the first', async () => {
    const said = await refused(
      ['passwords.yml', /^keepalived_password: .*$/m, 'keepalived_password:'],
      ['multinode', 'ansible_host=192.168.8.72', 'ansible_host=192.168.8.71'],
      ['multinode', '[monitoring]', '[monitorin]'],
    )
    expect(said).toMatch(/keepalived_password/)
    expect(said).toMatch(/192\.168\.8\.71/)
    expect(said).toMatch(/monitorin/)
  })

  it('for a port that a foreign process holds, naming it', async () => {
    const listen =
      'use IO::Socket::INET; @s = IO::Socket::INET->new(LocalAddr => "192.168.8.71", LocalPort => 11211, Listen => 1, ReuseAddr => 1); sleep 900'
    await onHost('kolla2', `systemd-run --quiet --unit squatter perl -e '${listen}'`)
    try {
      await onHost(
        'kolla2',
        'timeout 10 bash -c "until ss -Hltn sport = 11211 | grep -q .; do sleep 0.1; done"',
      )
      const { code, stderr } = await installation.attempt('deploy')
      expect(code).toBe(2)
      expect(stderr).toMatch(
        /kolla2: error: port 11211, for memcached, is held on 192\.168\.8\.71 by perl \(pid \d+\)/,
      )
    } finally {
      await onHost('kolla2', 'systemctl stop squatter')
    }
  })

  it('for too little disk for the images', async () => {
    const small =
      'systemctl stop docker.socket docker && mount -t tmpfs -o size=300m tmpfs /var/lib/docker && systemctl start docker'
    await onHost('kolla3', small)
    try {
      const { code, stderr } = await installation.attempt('deploy')
      expect(code).toBe(2)
      expect(stderr).toMatch(/kolla3: error: the images need .* and \/var\/lib\/docker has .* free/)
    } finally {
      await onHost(
        'kolla3',
        'systemctl stop docker.socket docker; umount -l /var/lib/docker; systemctl reset-failed docker; systemctl start docker',
      )
    }
  })

  it('and nothing was touched', async () => {
    for (const containers of await onHosts('docker ps -aq')) expect(containers).toBe('')
    for (const files of await onHosts('ls /etc/kolla')) expect(files).toBe('')
  })
})

describe('a warning', () => {
  it('tells the nearest key of one that nobody knows', async () => {
    const undo = await installation.edit(
      'globals.yml',
      /$/,
      '\nkolla_internal_vip_adress: "192.168.8.75"\n',
    )
    const { stderr } = await installation.attempt('prechecks')
    await undo()
    expect(stderr).toMatch(
      /globals\.yml:\d+:1: warning: .*kolla_internal_vip_adress.*kolla_internal_vip_address/,
    )
  })
})
