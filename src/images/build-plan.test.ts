import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { supportedReleases } from '../model/releases.js'
import { buildPlan } from './build-plan.js'
import type { BuildRequest } from './check-build.js'
import { ownProfiles, packagesOnlyImages } from './profiles.js'
import { imageReleases, serviceSources } from './releases.js'

const request: BuildRequest = {
  release: '2026.1',
  distro: 'debian',
  tag: '2026.1-debian-trixie',
  registry: '192.168.8.73:5000',
  namespace: 'kolla',
  select: { profile: 'control-plane' },
  environment: 'packages-only',
}
const release2025 = { release: '2025.2', tag: '2025.2-debian-bookworm' }

/** The files of a plan below its builds' directory. */
function files(changes: Partial<BuildRequest>): Record<string, string> {
  const { files } = buildPlan({ ...request, ...changes })
  const name = (path: string) => path.replace('/var/cache/kolla-build/builds/', '')
  return Object.fromEntries(files.map(({ path, content }) => [name(path), content]))
}

const images = (content: string | undefined) => /^IMAGES=\((.*)\)$/m.exec(content ?? '')?.[1]?.split(' ')

describe('on a machine that reaches only package registries', () => {
  it('is one build on the release’s own Debian', () => {
    const plan = buildPlan(request)
    expect(plan.command).toBe(
      'bash /var/cache/kolla-build/recipe/build.sh /var/cache/kolla-build/builds/2026.1-debian-trixie',
    )
    const environment = files({})['2026.1-debian-trixie/build.env']
    expect(environment).toContain('KOLLA_VERSION=22.2.0\n')
    expect(environment).toContain('SUITE=trixie\n')
    expect(environment).not.toContain('ALIAS_TAG')
    expect(images(environment)).toContain('rabbitmq')
  })

  it('builds RabbitMQ of 2025.2 on trixie, known by the tag of all the others too', () => {
    const written = files(release2025)
    expect(images(written['2025.2-debian-bookworm/build.env'])).not.toContain('rabbitmq')
    const trixie = written['2025.2-debian-bookworm-on-trixie/build.env']
    expect(images(trixie)).toEqual(['rabbitmq'])
    expect(trixie).toContain('TAG=2025.2-debian-bookworm-on-trixie\nALIAS_TAG=2025.2-debian-bookworm\n')
    expect(written['2025.2-debian-bookworm-on-trixie/kolla-build.conf']).toContain('base_tag = trixie\n')
  })

  it('needs no second Debian for other images', () => {
    const written = files({ ...release2025, select: { images: ['keystone'] } })
    expect(Object.keys(written)).toEqual([
      '2025.2-debian-bookworm/build.env',
      '2025.2-debian-bookworm/kolla-build.conf',
    ])
  })

  it.each(Object.entries(ownProfiles))('knows every image of our profile %s by itself', (profile, known) => {
    const environment = files({ select: { profile } })['2026.1-debian-trixie/build.env']
    expect(images(environment)).toEqual(known)
    expect(environment).not.toContain('PROFILE=')
  })

  it('leaves the images of another profile to kolla-build, within what can be built', () => {
    const environment = files({ select: { profile: 'infra' } })['2026.1-debian-trixie/build.env']
    expect(environment).toContain('PROFILE=infra\n')
    expect(environment).toContain(`BUILDABLE=(${packagesOnlyImages.join(' ')})\n`)
    expect(images(environment)).toBeUndefined()
  })

  it('takes every source from this machine', () => {
    const conf = files({})['2026.1-debian-trixie/kolla-build.conf']
    expect(conf).toContain(
      '[placement-base]\ntype = local\nlocation = /var/cache/kolla-build/sources/openstack_placement-15.0.0.tar.gz\n',
    )
    expect(conf).not.toMatch(/https?:|git/)
  })
})

describe('where the internet is whole', () => {
  it.each(['debian', 'rocky'])('leaves everything on %s to kolla-build', (distro) => {
    const tag = `2025.2-${distro}-mine`
    const written = files({ ...release2025, environment: 'upstream', distro, tag })
    expect(Object.keys(written)).toEqual([`${tag}/build.env`, `${tag}/kolla-build.conf`])
    expect(images(written[`${tag}/build.env`])).toContain('rabbitmq')
    expect(written[`${tag}/kolla-build.conf`]).toContain(`base = ${distro}\n`)
    expect(written[`${tag}/kolla-build.conf`]).not.toMatch(/local|override|base_image/)
  })
})

it('throws what is wrong with a request', () => {
  expect(() => buildPlan({ ...request, release: '2024.1' })).toThrow("'2024.1' can't be built")
})

describe.each(supportedReleases)('constraints of %s', (release) => {
  const file = (name: string) =>
    readFileSync(new URL(`../../images/constraints/${release}/${name}`, import.meta.url), 'utf8')
  const { services } = imageReleases[release]

  it('are resolved from the services at their versions', () => {
    const pinned = file('requirements.in').matchAll(/^([\w-]+)(?:\[.*\])?==(\S+)$/gm)
    expect(Object.fromEntries([...pinned].map(([, name, version]) => [name, version]))).toEqual(services)
  })

  it.each(Object.values(serviceSources))('agree with %s', (service) => {
    expect(file('upper-constraints.txt')).toContain(`\n${service}==${services[service]}\n`)
  })
})
