import { addressOf, findAddress, hostViews, shortHostname } from '../src/catalog/host-view.js'
import { containerFolders, containerNames } from '../src/catalog/index.js'
import { servicesOn } from '../src/catalog/render.js'
import { writeConfiguration } from '../src/host/configuration.js'
import { observeHost } from '../src/host/observe.js'
import { prepareHost } from '../src/host/prepare.js'
import type { PreparedHost } from '../src/host/prepare.js'
import { resolveNames } from '../src/host/resolve.js'
import type { Finding } from '../src/model/finding.js'
import { checkNames } from '../src/plan/check-names.js'
import { allEnded } from './all-ended.js'
import type { CloudContexts, CloudRef, Observation } from './cloud-context.js'
import { cephQuestions } from './ceph/observe.js'
import { badInput } from './failures.js'
import { cancellation, report } from './progress.js'

export function hostActivities(contexts: CloudContexts) {
  return {
    /**
     * What a host is and what runs on it, in one round trip. For a run that holds the cloud it is the run's afterwards,
     * and nothing goes on there that an earlier one began.
     *
     * @throws HostTaken where it is another cloud's
     */
    async observeHost(ref: CloudRef, host: string): Promise<Observation> {
      const cloud = await contexts.get(ref)
      const { signal } = cancellation()
      const observing = observeHost(cloud.remote(host), {
        containers: containerNames,
        folders: containerFolders,
        images: servicesOn(cloud.cloud, host).length > 0,
        digestKey: cloud.digestKey,
        galeraVolume: cloud.host(host).globals.mariadb_datadir_volume,
        ...cephQuestions(cloud, host),
        signal,
      })
      // Where both fail, that the host is somebody else's says more than that it can't be looked at.
      await allEnded<unknown>([contexts.checkOwner(ref, host, signal), observing])
      const observed = await observing
      const snapshots = contexts.snapshots(ref.cloud)
      const digest = await snapshots.keepObserved(observed)
      if (ref.hold) await snapshots.hold(ref.hold.lock, { observed: [{ host, digest }] })
      const running = observed.containers.filter(({ state }) => state === 'running').length
      return { host, digest, running }
    },

    /** Makes a bare host ready: packages, Docker, time, names, kernel settings. */
    async prepareHost(ref: CloudRef, host: string): Promise<PreparedHost> {
      const cloud = await contexts.get(ref)
      const { globals } = cloud.host(host)
      const hosts = hostViews(cloud.cloud, cloud.found.hosts).map((view) => ({
        name: view.name,
        hostname: view.facts.hostname,
        address: findAddress(view) ?? view.connection.address,
      }))
      const wrong = checkNames(hosts, globals)
      if (wrong.length > 0) throw badInput(wrong)
      return prepareHost(
        cloud.remote(host),
        cloud.facts(host),
        { globals, hosts, osds: cloud.members('ceph-osd').includes(host) },
        { ...cancellation(), onProgress: report },
      )
    },

    /**
     * Whether a host takes the names of others for the addresses of the API network: by them RabbitMQ's nodes find each
     * other, and listen there alone.
     */
    async checkHostNames(
      ref: CloudRef,
      host: string,
      others: readonly string[],
    ): Promise<readonly Finding[]> {
      const cloud = await contexts.get(ref)
      const views = hostViews(cloud.cloud, cloud.found.hosts)
      const wanted = views.filter(({ name }) => others.includes(name))
      const found = await resolveNames(cloud.remote(host), wanted.map(shortHostname))
      return wanted.flatMap((view): Finding[] => {
        const name = shortHostname(view)
        const [address, seen] = [addressOf(view), found.get(name)]
        if (seen === address) return []
        const told =
          seen === undefined
            ? `does not know the name ${name}, by which RabbitMQ's nodes find ${view.name}: run bootstrap-servers, or tell the name server`
            : `takes the name ${name} for ${seen}, and RabbitMQ on ${view.name} listens on ${address}: mend the line of /etc/hosts that comes before ours, or the name server`
        return [{ severity: 'error', host, message: told }]
      })
    },

    /** Puts the files of some containers on a host, in one stream; a running container does not notice. */
    async writeConfiguration(ref: CloudRef, host: string, names: readonly string[]): Promise<void> {
      const cloud = await contexts.get(ref)
      const containers = names.map((name) => cloud.container(host, name))
      await writeConfiguration(cloud.remote(host), containers, cancellation())
    },
  }
}
