import { cp, mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { parse } from 'yaml'
import { connect } from '../../src/client/index.js'
import type { KollaTemporal } from '../../src/client/index.js'
import { temporalBinary } from '../../src/local/temporal-binary.js'
import { execute, kollaTemporalProgram, labCloud, succeed } from './lab.js'
import type { Outcome } from './lab.js'
import { freePort } from './temporal-server.js'

/** Name of the cloud that the tests deploy. */
export const cloud = 'test'

/** How much of a cloud is deployed. */
export type Extent = 'control plane' | 'with images' | 'without machines' | 'whole'

/**
 * kolla-temporal as an operator has it, for the lab: a directory of his cloud's files, a local Temporal server and a
 * worker, all its own.
 */
export class Installation {
  private constructor(
    private readonly folder: string,
    readonly configdir: string,
    readonly address: string,
  ) {}

  /** Starts server and worker; the cloud's files are a copy of the lab's, by default for a control plane alone. */
  static async start(extent: Extent = 'control plane'): Promise<Installation> {
    const folder = await mkdtemp(join(tmpdir(), 'kolla-temporal-test-'))
    const configdir = join(folder, 'etc-kolla')
    await cp(labCloud, configdir, { recursive: true, filter: isTheOperators })
    const installation = new Installation(folder, configdir, `127.0.0.1:${await freePort()}`)
    try {
      if (extent !== 'whole') await installation.remove('config/neutron/ml2_conf.ini')
      if (extent === 'without machines') {
        const core = 'enable_openstack_core: "yes"'
        const without = 'enable_nova: "no"\nenable_neutron: "no"'
        await installation.edit('globals.yml', core, `${core}\n${without}`)
      }
      if (extent === 'control plane' || extent === 'with images') {
        for (const service of ['openstack_core', 'placement', 'cinder', 'ceph']) {
          await installation.edit(
            'globals.yml',
            `enable_${service}: "yes"`,
            `enable_${service}: "no"`,
          )
        }
        const enabled = extent === 'with images' ? ['keystone', 'glance'] : ['keystone']
        await installation.edit(
          'globals.yml',
          'enable_openstack_core',
          [...enabled.map((service) => `enable_${service}: "yes"`), 'enable_openstack_core'].join(
            '\n',
          ),
        )
        await installation.remove('config/ceph.conf')
      }
      await installation.run('server', 'start')
      await installation.run('genpwd')
      await installation.run('trust', '--yes')
    } catch (error) {
      await installation.stop()
      throw error
    }
    return installation
  }

  /** With `KOLLA_TEMPORAL_HISTORIES`, a folder, the histories of all operations are kept there (see `record-history`). */
  async stop(): Promise<void> {
    const folder = process.env['KOLLA_TEMPORAL_HISTORIES']
    if (folder) await this.#keepHistories(folder)
    await this.run('server', 'stop')
    await rm(this.folder, { recursive: true })
  }

  async #keepHistories(folder: string): Promise<void> {
    const client = await this.client()
    const operations = await client.history(undefined, 1000)
    await client.close()
    const temporal = await temporalBinary(() => undefined)
    for (const { workflowId } of operations) {
      const shown = ['workflow', 'show', '--address', this.address, '--workflow-id', workflowId]
      const history = await succeed(temporal, [...shown, '--output', 'json'])
      await writeFile(join(folder, `${workflowId}.json`), `${history}\n`)
    }
  }

  /** Runs a verb. @throws when it fails */
  async run(...args: readonly string[]): Promise<string> {
    return succeed(kollaTemporalProgram, this.#arguments(args), { env: this.environment })
  }

  /** Runs a verb, whatever comes of it. */
  async attempt(...args: readonly string[]): Promise<Outcome> {
    return execute(kollaTemporalProgram, this.#arguments(args), { env: this.environment })
  }

  async client(): Promise<KollaTemporal> {
    return connect({ address: this.address })
  }

  get environment(): NodeJS.ProcessEnv {
    return { TEMPORAL_ADDRESS: this.address, KOLLA_TEMPORAL_STATE: this.state }
  }

  get state(): string {
    return join(this.folder, 'state')
  }

  /** Writes a file of the cloud's directory, such as `config/keystone.conf`. */
  async write(path: string, text: string): Promise<void> {
    const file = join(this.configdir, path)
    await mkdir(dirname(file), { recursive: true })
    await writeFile(file, text)
  }

  async remove(path: string): Promise<void> {
    await rm(join(this.configdir, path))
  }

  async read(path: string): Promise<string> {
    return readFile(join(this.configdir, path), 'utf8')
  }

  /** Replaces text in a file of the cloud's directory; the returned function puts it back. */
  async edit(path: string, from: string | RegExp, to: string): Promise<() => Promise<void>> {
    const before = await this.read(path)
    const after = before.replace(from, to)
    if (after === before) throw new Error(`${path} has nothing like ${String(from)}`)
    await this.write(path, after)
    return () => this.write(path, before)
  }

  /** Every secret of passwords.yml, private keys by one of their lines; Ceph's fsid is none. */
  async secrets(): Promise<string[]> {
    const passwords = parse(await this.read('passwords.yml')) as Record<string, unknown>
    return Object.entries(passwords).flatMap(([key, value]) => {
      if (key === 'ceph_cluster_fsid') return []
      if (typeof value === 'string') return value.length >= 8 ? [value] : []
      const { private_key: text = '' } = (value ?? {}) as { private_key?: string }
      return text.split('\n').slice(5, 6)
    })
  }

  /** The worker's process. */
  async workerPid(): Promise<number> {
    const file = (await readdir(this.state)).find((name) => /^worker-.*\.pid$/.test(name))
    return Number.parseInt(await readFile(join(this.state, file ?? ''), 'utf8'), 10)
  }

  /** Everything that server and worker have logged. */
  async logs(): Promise<string> {
    const files = (await readdir(this.state)).filter((name) => name.endsWith('.log'))
    const texts = await Promise.all(files.map((name) => readFile(join(this.state, name), 'utf8')))
    return texts.join('\n')
  }

  /** Verbs of the steps that an operation waits for, those of its parts among them. */
  async pendingSteps(workflowId: string): Promise<string[]> {
    const temporal = await temporalBinary(() => undefined)
    const words = ['workflow', 'describe', '-w', workflowId, '--output', 'json']
    const described = await succeed(temporal, [...words, '--address', this.address])
    const { pendingActivities = [], pendingChildren = [] } = JSON.parse(described) as {
      pendingActivities?: { activityType: { name: string } }[]
      pendingChildren?: { workflowId: string }[]
    }
    const own = pendingActivities.map(({ activityType }) => activityType.name)
    const others = pendingChildren.map((child) => this.pendingSteps(child.workflowId))
    return [...own, ...(await Promise.all(others)).flat()]
  }

  /** Every history of this server's operations, as `temporal workflow show` prints it. */
  async histories(): Promise<string> {
    const temporal = await temporalBinary(() => undefined)
    const call = (...args: string[]) => succeed(temporal, [...args, '--address', this.address])
    const list = await call('workflow', 'list', '--output', 'json')
    const runs = JSON.parse(list) as { execution: { workflowId: string; runId: string } }[]
    const histories = await Promise.all(
      runs.map(({ execution: { workflowId, runId } }) =>
        call('workflow', 'show', '-w', workflowId, '-r', runId, '--output', 'json'),
      ),
    )
    return histories.join('\n')
  }

  #arguments(args: readonly string[]): string[] {
    const inventory = join(this.configdir, 'multinode')
    return ['-i', inventory, '--configdir', this.configdir, '--cloud', cloud, ...args]
  }
}

/** What a demo has made beside the lab's files belongs to that demo. */
function isTheOperators(path: string): boolean {
  const made = ['passwords.yml', 'known_hosts', 'clouds.yaml', 'globals.d']
  return !made.includes(basename(path)) && !/-openrc(-system)?\.sh$/.test(path)
}
