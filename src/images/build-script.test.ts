import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { parseBuildLine } from './build-events.js'

const script = fileURLToPath(new URL('../../images/build.sh', import.meta.url))
const tools = fileURLToPath(new URL('testing/fake-tools.sh', import.meta.url))
const digest = `sha256:${'a'.repeat(64)}`

/** A build host: an engine, a registry and kolla-build with base ← cron, base ← keystone-base ← keystone. */
let fake: string

beforeEach(() => {
  fake = mkdtempSync(join(tmpdir(), 'build-script-'))
  const venv = join(fake, 'cache/venv/22.2.0')
  for (const folder of ['engine', 'registry', 'bin', 'build/logs', 'cache/venv/22.2.0/bin'])
    mkdirSync(join(fake, folder), { recursive: true })
  for (const tool of ['docker', 'curl', 'dpkg-query', 'apt-get', 'mmdebstrap']) symlinkSync(tools, join(fake, 'bin', tool))
  for (const tool of ['kolla-build', 'python']) symlinkSync(tools, join(venv, 'bin', tool))
  writeFileSync(join(venv, 'complete'), 'kolla==22.2.0 docker pbr setuptools wheel\n')
})

afterEach(() => rmSync(fake, { recursive: true }))

function have(folder: string, ...names: string[]) {
  for (const name of names) writeFileSync(join(fake, folder, name), `${digest}\n`)
}

function build(more = '') {
  const environment = `ENVIRONMENT=upstream
KOLLA_VERSION=22.2.0
REGISTRY=registry:5000
NAMESPACE=kolla
TAG=tag
IMAGES=(cron keystone)
${more}`
  writeFileSync(join(fake, 'build/build.env'), environment)
  const run = spawnSync('bash', [script, join(fake, 'build')], {
    encoding: 'utf8',
    env: {
      FAKE: fake,
      KOLLA_BUILD_CACHE: join(fake, 'cache'),
      PATH: `${join(fake, 'bin')}:${process.env['PATH'] ?? ''}`,
    },
  })
  const lines = run.stdout.trim().split('\n')
  const events = lines
    .map((line) => parseBuildLine(line))
    .flatMap((event) => (event && 'image' in event ? [`${event.image} ${event.state}`] : []))
  return { status: run.status, stderr: run.stderr, events, lines }
}

const onDebian = `ENVIRONMENT=packages-only
SUITE=trixie
SOURCES=(keystone-base:keystone==29.1.0 cron:cron==1 nova-base:nova==33.0.2)
`

const calls = () => readFileSync(join(fake, 'calls'), 'utf8')
const registry = () => readdirSync(join(fake, 'registry'))

describe('build.sh', () => {
  it('builds, pushes and verifies what is missing, parents included', () => {
    expect(build()).toMatchObject({
      status: 0,
      stderr: '',
      events: [
        ...['base', 'cron', 'keystone-base', 'keystone'].flatMap((name) => [
          `${name} started`,
          `${name} built`,
        ]),
        ...['base', 'cron', 'keystone-base', 'keystone'].map((name) => `${name} pushed`),
      ],
    })
    expect(registry()).toEqual(['base:tag', 'cron:tag', 'keystone-base:tag', 'keystone:tag'])
  })

  it('asks the registry alone when nothing is missing', () => {
    have('registry', 'cron:tag', 'keystone:tag')
    expect(build().events).toEqual(['cron skipped', 'keystone skipped'])
    expect(calls()).not.toMatch(/^(docker|kolla-build) /m)
  })

  it('tells the digest and the tag of what it pushes, and of what is there', () => {
    have('registry', 'cron:tag')
    const digests = build().lines.filter((line) => line.includes('digest'))
    expect(digests[0]).toBe(`{"image":"cron","state":"skipped","digest":"${digest}","tag":"tag"}`)
    expect(digests.at(-1)).toMatch(
      /^{"image":"keystone","state":"pushed","seconds":\d+,"digest":"sha256:\w{64}","tag":"tag"}$/,
    )
  })

  it('pulls the parents of a missing image', () => {
    have('registry', 'base:tag', 'keystone-base:tag', 'cron:tag')
    const { events } = build()
    expect(events).toContain('keystone-base pulled')
    expect(events).toContain('keystone built')
    expect(events).not.toContain('keystone-base started')
    expect(calls()).toContain('kolla-build.conf ^keystone$\n')
  })

  it('pushes what a broken run had built', () => {
    have('engine', 'base:tag', 'cron:tag', 'keystone-base:tag', 'keystone:tag')
    const { events } = build()
    expect(events).not.toContain('keystone started')
    expect(registry()).toContain('keystone:tag')
  })

  it('gives an image on another Debian the tag of its release too', () => {
    expect(build('ALIAS_TAG=release\nIMAGES=(cron)').status).toBe(0)
    expect(registry()).toContain('cron:release')
    expect(build('ALIAS_TAG=release\nIMAGES=(cron)').events).toEqual(['cron skipped'])
  })

  it('leaves out what a profile has and the machine can not build', () => {
    const { events } = build('PROFILE=infra\nBUILDABLE=(cron)')
    expect(events).not.toContain('keystone skipped')
    expect(calls()).toContain('kolla-build.conf ^cron$\n')
  })
})

describe('build.sh fails with a sentence', () => {
  it('and the last lines of the log of an image', () => {
    have('.', 'breaks-keystone-base')
    const { status, stderr, events } = build()
    expect(status).toBe(1)
    expect(events).toContain('keystone-base failed')
    const [sentence, ...lines] = stderr.trim().split('\n')
    expect(sentence).toMatch(/^Image keystone-base failed to build on .*logs\/keystone-base.log:$/)
    expect(lines).toHaveLength(21)
    expect(lines.slice(-2)).toEqual(['line 30 of the log', 'BuildError: returned code 100'])
  })

  it('where the registry lost what was pushed', () => {
    have('.', 'registry-forgets')
    const { status, stderr } = build()
    expect(status).toBe(1)
    expect(stderr).toMatch(/kolla\/base:tag was pushed as sha256:\w+, but the registry serves nothing/)
  })

  it('where the registry serves another digest', () => {
    have('.', 'registry-mangles')
    expect(build()).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(/^registry:5000\/kolla\/base:tag was pushed as sha256:\w+, but/) as string,
    })
  })

  it('where no registry answers', () => {
    have('.', 'no-registry')
    const { status, stderr } = build()
    expect(status).toBe(1)
    expect(stderr).toMatch(/^No registry answers at registry:5000: /)
  })

  it('where kolla-build does not know an image', () => {
    expect(build('IMAGES=(keystoned)')).toMatchObject({
      status: 1,
      stderr: 'kolla-build 22.2.0 has no image keystoned.\n',
    })
  })

  it('begins when Debian and the sources of what is built are there', () => {
    have('.', 'on-debian')
    const { status, stderr } = build(onDebian)
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    expect(calls().match(/pip download .*/g)).toHaveLength(2)
  })

  it.each([
    ['breaks-debian', 'debian-trixie failed on'],
    ['breaks-keystone==29.1.0', 'sources failed on'],
  ])('ends where one of them does not come (%s)', (broken, told) => {
    have('.', broken)
    const { status, stderr, events } = build(onDebian)
    expect(status).not.toBe(0)
    expect(stderr).toContain(told)
    expect(events).toEqual([])
  })
})
