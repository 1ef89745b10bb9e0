import { spawn, spawnSync } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { sh } from '../ssh/quote.js'
import type { Remote, RunOptions } from '../ssh/remote.js'
import { HostUnfit, prepareHost, prepareScript, prepareSteps } from './prepare.js'
import { daemonJson } from './prepare/daemon-json.js'
import { globals, hosts } from './prepare/testing.js'

const debian = {
  hostname: 'kolla1',
  os: { family: 'debian', id: 'debian', version: '12' },
} as const
const rocky = { hostname: 'kolla1', os: { family: 'redhat', id: 'rocky', version: '9.6' } } as const
const settings = { globals, hosts }

type Prepared = Parameters<typeof prepareSteps>

function stepsOf(facts: Prepared[0], wanted: Prepared[1], existing = '') {
  return prepareSteps(facts, wanted, daemonJson(existing, wanted.globals))
}

const namesFor = (...args: Parameters<typeof stepsOf>) => stepsOf(...args).map(({ name }) => name)

function scriptOf(name: string, ...args: Parameters<typeof stepsOf>): string {
  const step = stepsOf(...args).find((candidate) => candidate.name === name)
  if (!step) throw new Error(`no step ${name}`)
  return step.script
}

it('prepares the Debian family in this order', () => {
  expect(namesFor(debian, settings)).toEqual([
    'configuration directory',
    'host names',
    'firewall',
    'shared mounts',
    'Docker configuration',
    'packages',
    'Docker',
    'revival of containers',
    'time synchronisation',
    "the host's own libvirt",
    'kernel modules',
    'kernel parameters',
  ])
})

it('leaves alone what the settings say', () => {
  const off = {
    ...globals,
    change_selinux: false,
    customize_etc_hosts: false,
    disable_firewall: false,
    enable_host_ntp: false,
    set_sysctl: false,
  }
  expect(namesFor(rocky, { globals: off, hosts })).toEqual([
    'configuration directory',
    'shared mounts',
    'Docker configuration',
    'packages',
    'Docker',
    'revival of containers',
    "the host's own libvirt",
    'kernel modules',
  ])
  expect(scriptOf('packages', rocky, { globals: off, hosts })).not.toContain('chrony')
  expect(scriptOf('packages', debian, { globals: off, hosts })).not.toContain('timesyncd')
})

it('installs by apt on the Debian family', () => {
  const script = scriptOf('packages', debian, settings)
  expect(script).toContain('have dockerd || missing+=(docker.io)')
  expect(script).toContain('have curl || missing+=(curl)')
  expect(script).toContain('missing+=(systemd-timesyncd)')
  expect(script).toContain('DEBIAN_FRONTEND=noninteractive')
  expect(script).toContain('--option DPkg::Lock::Timeout=300')
  expect(script).toContain('install --yes --no-install-recommends')
  expect(script).not.toContain('dnf')
})

it("installs by dnf from Docker's repository on the RHEL family", () => {
  const script = scriptOf('packages', rocky, settings)
  expect(script).toContain('missing+=(docker-ce docker-ce-cli containerd.io)')
  expect(script).toContain('[[ -n $(time_service) ]] || missing+=(chrony)')
  expect(script).toContain(
    'dnf --assumeyes --setopt=install_weak_deps=False install "${missing[@]}"',
  )
  expect(script).toContain('linux/centos/9/$basearch/stable')
  expect(script).toContain('have tar || missing+=(tar)')
  expect(script).toContain('gpgcheck=1')
  expect(script).not.toContain('apt-get')
})

it.each([
  ['the kernel has all modules', 'true', ''],
  ['it lacks one', 'false', 'kernel-modules-extra-6.12.0-1.el10'],
])("asks dnf for more of the kernel's modules: %s", (_case, modinfo, more) => {
  const script = scriptOf('packages', rocky, settings)
  const fakes = `
have() { true; }
modinfo() { ${modinfo}; }
uname() { echo 6.12.0-1.el10; }
time_service() { echo chronyd; }
dnf() { echo "\${@: -1}"; }
changed() { :; }`
  const { stdout, stderr } = spawnSync('bash', ['-c', `set -eu\n${fakes}${script}`], {
    encoding: 'utf8',
  })
  expect(stderr).toBe('')
  expect(stdout.trim()).toBe(more)
})

describe('a host that is to have OSDs', () => {
  const withOsds = { ...settings, osds: true }
  const step = 'asynchronous requests'
  let folder: string
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sysctl-'))
    await mkdir(join(folder, 'proc/sys/fs'), { recursive: true })
  })
  afterEach(() => rm(folder, { recursive: true }))

  it.each([
    ['65536', '1048576', '-fs.aio-max-nr = 1048576\n'],
    ['1048576', '1048576', '-fs.aio-max-nr = 1048576\n'],
    ['4194304', '4194304', ''],
  ])('may have as many requests as they need: of %s, %s', async (before, after, file) => {
    const now = join(folder, 'proc/sys/fs/aio-max-nr')
    const kept = join(folder, 'etc/sysctl.d/99-zz-kolla-temporal-osds.conf')
    await writeFile(now, `${before}\n`)
    const script = scriptOf(step, debian, withOsds)
      .replaceAll('/proc/sys/', `${folder}/proc/sys/`)
      .replaceAll('/etc/sysctl.d/', `${folder}/etc/sysctl.d/`)
    const run = () =>
      spawnSync('bash', ['-c', prepareScript([{ name: step, script }])], {
        input: '',
        encoding: 'utf8',
      })
    expect(run()).toMatchObject({ status: 0 })
    expect((await readFile(now, 'utf8')).trim()).toBe(after)
    expect(await readFile(kept, 'utf8').catch(() => '')).toBe(file)
    expect(run().stdout).not.toContain('@changed')
  })

  it('is the only one that gets them, and not where the kernel is left alone', () => {
    expect(namesFor(debian, settings)).not.toContain(step)
    const off = { ...withOsds, globals: { ...globals, set_sysctl: false } }
    expect(namesFor(debian, off)).not.toContain(step)
  })
})

it('sets SELinux on the RHEL family only', () => {
  expect(namesFor(rocky, settings)).toContain('SELinux')
  const permissive = scriptOf('SELinux', rocky, settings)
  expect(permissive).toContain("sed 's/^SELINUX=.*/SELINUX=permissive/'")
  expect(permissive).toContain('setenforce 0')
  const enforcing = { ...globals, selinux_state: 'enforcing' } as const
  expect(scriptOf('SELinux', rocky, { globals: enforcing, hosts })).toContain('setenforce 1')
})

it('turns off whichever firewall there is', () => {
  for (const facts of [debian, rocky]) {
    expect(scriptOf('firewall', facts, settings)).toContain('ufw disable')
    expect(scriptOf('firewall', facts, settings)).toContain('off firewalld.service')
  }
})

it('owes the engine a reload for a registry, a restart for log options, else nothing', () => {
  const first = scriptOf('Docker configuration', debian, settings)
  expect(first).toContain('owe restart')
  const present = daemonJson('', globals).text
  expect(scriptOf('Docker configuration', debian, settings, present)).not.toContain('owe')
  const other = { ...globals, docker_registry: 'registry.example.org' }
  const changed = scriptOf('Docker configuration', debian, { globals: other, hosts }, present)
  expect(changed).toContain('owe reload')
})

describe("Docker's configuration", () => {
  let folder: string
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'daemon-'))
  })
  afterEach(() => rm(folder, { recursive: true }))

  const secret = { proxies: { 'http-proxy': 'http://me:Hunter2@proxy:3128' } }
  const withProxy = { globals: { ...globals, docker_custom_config: secret }, hosts }

  it('is no argument: it may hold the password of a proxy', async () => {
    let given: { script: string; input: unknown } | undefined
    const remote: Remote = {
      ...host('true'),
      run(script, { input }: RunOptions) {
        given = { script, input }
        return Promise.resolve({ code: 0, stdout: '', stderr: '' })
      },
    }
    await prepareHost(remote, debian, withProxy)
    expect(given?.script).not.toContain('Hunter2')
    expect(given?.input).toContain('Hunter2')
  })

  it.each([
    [undefined, 0o600],
    [0o640, 0o640],
    [0o600, 0o600],
    [0o644, 0o644],
  ])('of mode %s gets mode %s', async (before, after) => {
    const file = join(folder, 'daemon.json')
    if (before !== undefined) await writeFile(file, '{}', { mode: before })
    const step = { name: 'x', script: sh`put ${file} "$input" as-it-is` }
    const { status } = spawnSync('bash', ['-c', prepareScript([step])], { input: '{"a": 1}\n' })
    expect(status).toBe(0)
    expect(await readFile(file, 'utf8')).toBe('{"a": 1}\n')
    expect((await stat(file)).mode & 0o777).toBe(after)
  })
})

it('refuses to lose sight of data when their directory changes', () => {
  const moved = { globals: { ...globals, docker_runtime_directory: '/srv/docker' }, hosts }
  const script = scriptOf('Docker configuration', debian, moved, '{"log-opts":{}}')
  expect(script).toContain('docker ps --all --quiet')
  expect(script).toContain('move the data by hand')
})

it.each([debian, rocky])('is a script that bash can read ($os.id)', (facts) => {
  const script = prepareScript(stepsOf(facts, settings))
  const { status, stderr } = spawnSync('bash', ['-n', '-c', script], { encoding: 'utf8' })
  expect(stderr).toBe('')
  expect(status).toBe(0)
})

/** Answers the question for daemon.json, then runs `script` in place of the real one. */
function host(script: string, daemonJson = ''): Remote {
  return {
    host: 'kolla1',
    runOrFail: () => Promise.resolve({ code: 0, stdout: daemonJson, stderr: '' }),
    async run(_script: string, { onOutput }: RunOptions) {
      const child = spawn('bash', ['-c', script], { stdio: ['ignore', 'pipe', 'inherit'] })
      const closed = new Promise<number>((resolve) => child.once('close', resolve))
      for await (const line of createInterface(child.stdout)) onOutput?.(line)
      return { code: await closed, stdout: '', stderr: '' }
    },
    open: () => Promise.reject(new Error('not asked for')),
  }
}

it('tells what changed, and what happens meanwhile', async () => {
  const heard: string[] = []
  const script = prepareScript([
    { name: 'host names', script: 'changed; changed' },
    { name: 'packages', script: 'echo "Setting up curl"' },
  ])
  const result = await prepareHost(host(script), debian, settings, {
    onProgress: (text) => heard.push(text),
  })
  expect(result.changed).toEqual(['host names'])
  expect(result.ok).toEqual(namesFor(debian, settings).filter((name) => name !== 'host names'))
  expect(heard).toEqual(['host names', 'packages', 'packages: Setting up curl'])
})

it('ends with the first step that fails: its name, exit code and last lines', async () => {
  const script = prepareScript([
    { name: 'host names', script: 'echo fine' },
    {
      name: 'packages',
      script: 'echo "Unable to locate package" >&2\nfalse || exit 100\necho not reached',
    },
    { name: 'Docker', script: 'echo not reached' },
  ])
  await expect(prepareHost(host(script), debian, settings)).rejects.toMatchObject({
    name: 'RemoteError',
    message:
      'kolla1: prepare host: step "packages" ended with exit code 100\n  Unable to locate package',
    exitCode: 100,
  })
})

it('ends a step at its first command that fails', async () => {
  const script = prepareScript([{ name: 'Docker', script: 'false\necho not reached' }])
  const preparing = prepareHost(host(script), debian, settings)
  await expect(preparing).rejects.toMatchObject({ exitCode: 1, tail: [] })
})

it('touches nothing on a host that it cannot prepare', async () => {
  const suse = { hostname: 'kolla1', os: { family: 'other', id: 'sles', version: '15' } } as const
  await expect(prepareHost(host('exit 1'), suse, settings)).rejects.toThrow(
    "kolla1: sles 15 can't be prepared: only the Debian and the RHEL family can",
  )
  for (const text of ['{"proxies": "http://me:Hunter2@x"', 'Hunter2', '["Hunter2"]']) {
    const broken = prepareHost(host('exit 1', text), debian, settings)
    await expect(broken).rejects.toThrow(HostUnfit)
    await expect(broken).rejects.toThrow(
      /^kolla1: \/etc\/docker\/daemon\.json is no JSON(?: object)?; mend or remove that file$/,
    )
  }
})
