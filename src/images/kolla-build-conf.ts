import type { DebianSuite, ImageRelease } from './releases.js'
import { serviceSources, sourceArchive } from './releases.js'
import { gate } from './profiles.js'

type Section = Readonly<Record<string, string | number | boolean>>

export interface KollaBuild {
  readonly release: string
  readonly distro: string
  readonly registry: string
  readonly namespace: string
  readonly tag: string
  /** Directory of this build on the build host: repos.yaml, logs. */
  readonly directory: string
  /** Where images/ lies on the build host. */
  readonly recipe: string
}

export interface PackagesOnlyBuild extends KollaBuild {
  readonly versions: ImageRelease
  readonly suite: DebianSuite
  /** Where downloads lie on the build host. */
  readonly cache: string
}

/** kolla-build's own defaults, what is pushed where, and Ceph, which Kolla has no images of. */
export function upstreamConf(build: KollaBuild): string {
  return ini({ DEFAULT: common(build), profiles, 'ceph-user': cephUser(build.distro) })
}

/** Every address outside Debian's and Python's registries turned into a file of this machine, or off. */
export function packagesOnlyConf(build: PackagesOnlyBuild): string {
  const { recipe, cache, versions, suite } = build
  const service = Object.entries(serviceSources).map(([section, name]): [string, Section] => [
    section,
    local(`${cache}/sources/${sourceArchive(name, versions.services[name])}`),
  ])
  return ini({
    DEFAULT: {
      ...common(build),
      base_image: 'debian-minbase',
      base_tag: suite,
      pull: false,
      repos_yaml: `${build.directory}/repos.yaml`,
      template_override: `${recipe}/packages-only/template-overrides.j2`,
    },
    profiles,
    'ceph-user': cephUser('debian'),
    'openstack-base': local(`${recipe}/constraints/${build.release}`),
    ...Object.fromEntries(service),
    ...Object.fromEntries(unreachable.map((name) => [name, { type: 'local', enabled: false }])),
  })
}

const common = (build: KollaBuild): Section => ({
  base: build.distro,
  openstack_release: build.release,
  registry: build.registry,
  namespace: build.namespace,
  tag: build.tag,
  docker_dir: `${build.recipe}/docker`,
  logs_dir: `${build.directory}/logs`,
  push: true,
  skip_existing: true,
  // Kolla's own 8 starve everything else on a small machine. What has the longest way to go (openstack-base, then
  // cinder-base) comes last in Kolla's order: with 4 it begins late, and one processor is idle at the end.
  threads: 6,
  // A failed image fails its step; whoever asked decides about another try.
  retries: 0,
})

/** The number that Ceph's own packages give it on the Debian family, and on the others. */
function cephUser(distro: string): Section {
  const id = ['debian', 'ubuntu'].includes(distro) ? 64045 : 167
  return { uid: id, gid: id }
}

const profiles: Section = { gate: gate.join(',') }

const local = (location: string): Section => ({ type: 'local', location })

/**
 * Plugins of the images that we build whose sources are not in Python's registry, or that we have no need of.
 * Not every release has all; one that it does not know needs a type to be passed over.
 */
const unreachable = [
  ...['blazar-dashboard', 'cloudkitty-dashboard', 'designate-dashboard', 'fwaas-dashboard'],
  ...['ironic-ui', 'magnum-ui', 'manila-ui', 'masakari-dashboard', 'mistral-dashboard'],
  ...['neutron-vpnaas-dashboard', 'octavia-dashboard', 'tacker-dashboard', 'trove-dashboard'],
  ...['watcher-dashboard', 'zun-ui'],
]
  .map((name) => `horizon-plugin-${name}`)
  .concat(
    'mariadb-server-plugin-mariadb-docker',
    'neutron-base-plugin-networking-baremetal',
    'neutron-base-plugin-networking-generic-switch',
    'neutron-base-plugin-networking-sfc',
    'neutron-base-plugin-neutron-fwaas',
    'neutron-base-plugin-vpnaas-agent',
    'neutron-server-plugin-neutron-dynamic-routing',
    'nova-base-plugin-blazar',
  )

function ini(sections: Readonly<Record<string, Section>>): string {
  return Object.entries(sections)
    .map(([name, options]) => {
      const lines = Object.entries(options).map(([key, value]) => `${key} = ${String(value)}`)
      return [`[${name}]`, ...lines, ''].join('\n')
    })
    .join('\n')
}
