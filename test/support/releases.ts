import { expect } from 'vitest'
import type { KollaTemporal } from '../../src/client/index.js'
import { Installation } from './installation.js'
import type { Extent } from './installation.js'
import { Keystone } from './keystone.js'
import { cleanHosts, hosts, lab, onHosts } from './lab.js'
import { containerLabels, querySql } from './outside.js'
import { digestOf } from './registry.js'

export const [old, next] = ['2025.2', '2026.1'] as const
export type Release = typeof old | typeof next

/** Under which the registry has the images of a release. */
export const tagOf = (release: Release) =>
  release === old ? '2025.2-debian-bookworm' : '2026.1-debian-trixie'

/** What Keystone and MariaDB of a release say that they are. */
const versions = { [old]: '28.1 10.11', [next]: '29.1 11.8' }

/** A cloud that is taken from one release to another, looked at from outside. */
export class ReleasedCloud {
  /** What puts back, at the end, what the test changed in the registry, which outlives it. */
  readonly undo: (() => Promise<void>)[] = []

  private constructor(
    readonly installation: Installation,
    readonly client: KollaTemporal,
    readonly keystone: Keystone,
  ) {}

  /** Deploys 2025.2 on hosts without containers; a user and a project are there, named `before`. */
  static async deploy(extent: Extent = 'control plane'): Promise<ReleasedCloud> {
    const installation = await Installation.start(extent)
    const hasCeph = extent === 'without machines' || extent === 'whole'
    // What disks hold of another cloud no deploy may touch.
    if (hasCeph) await Promise.all(hosts.map((host) => lab('reset', host)))
    else await cleanHosts()
    await installation.run('bootstrap-servers')
    for (const release of [next, old]) {
      await describeAs(installation, release)
      await installation.run('build')
    }
    // Two processors for four hosts can't hash passwords five times a second.
    await installation.write('config/keystone.conf', '[identity]\npassword_hash_rounds = 4\n')
    await installation.run('deploy')
    await installation.run('post-deploy')
    const keystone = await Keystone.of(installation)
    const released = new ReleasedCloud(installation, await installation.client(), keystone)
    await released.populate('before')
    return released
  }

  async stop(): Promise<void> {
    for (const again of this.undo.reverse()) await again()
    await this.client.close()
    await this.installation.stop()
  }

  /** Sets openstack_release, as its operator does after an upgrade or a rollback. */
  describeAs(release: Release): Promise<void> {
    return describeAs(this.installation, release)
  }

  /** Every container runs the very image that the registry serves for the release, and says that it is of it. */
  async expectToRun(release: Release): Promise<void> {
    const version = `mariadb -NBe "SELECT SUBSTRING_INDEX(VERSION(), '-', 1)"`
    const said = await onHosts(
      `docker exec keystone keystone-manage --version; docker exec mariadb ${version}`,
    )
    const short = said.map((text) => text.replace(/(\d+\.\d+)\S*/g, '$1').replace('\n', ' '))
    expect(short).toEqual(hosts.map(() => versions[release]))
    const images = ['keystone', 'mariadb-server', 'rabbitmq', 'haproxy', 'keepalived', 'memcached']
    const wanted = await Promise.all(images.map((image) => digestOf(image, tagOf(release))))
    for (const seen of await onHosts(
      "docker ps --quiet | xargs docker inspect -f '{{.Image}}' | xargs docker inspect -f '{{.RepoDigests}}'",
    )) {
      for (const digest of wanted) expect(seen).toContain(digest)
    }
  }

  /** As `expectToRun`; and the cloud is what its operator's files describe, and these users and projects are there. */
  async expectToBe(release: Release, ...names: readonly string[]): Promise<void> {
    await this.expectToRun(release)
    expect(await this.keystone.userNames()).toEqual(expect.arrayContaining([...names]))
    expect(await this.keystone.projectNames()).toEqual(expect.arrayContaining([...names]))
    expect(await this.installation.run('plan')).toContain('Nothing to change')
  }

  /** All that tells one state of the cloud from another: what every container was made from, and the schema. */
  async state(): Promise<string[]> {
    const select = 'SELECT version_num FROM keystone.alembic_version ORDER BY 1'
    return [...(await containerLabels()), await querySql(this.installation, select)]
  }

  /** A user and a project of that name. */
  async populate(name: string): Promise<void> {
    await this.keystone.createUser(name)
    await this.keystone.createProject(name)
  }
}

async function describeAs(installation: Installation, release: Release): Promise<void> {
  const before = await installation.read('globals.yml')
  const line = `openstack_release: "${release}"`
  await installation.write('globals.yml', before.replace(/^openstack_release: .*$/m, line))
}
