import { ensureKeyPair, ensureQuotas, ensureRules } from '../src/host/runonce/access.js'
import { ensureFlavors } from '../src/host/runonce/flavors.js'
import { ensureImage } from '../src/host/runonce/image.js'
import { ensureNetworks } from '../src/host/runonce/networks.js'
import { ensureAddress, ensureServer } from '../src/host/runonce/server.js'
import type { Outcome } from '../src/host/runonce/thing.js'
import { recipe } from '../src/images/build-plan.js'
import type { Finding } from '../src/model/finding.js'
import { checkRunonceNetworks, runonceNetworks } from '../src/plan/runonce.js'
import { sh } from '../src/ssh/quote.js'
import type { InitRunonceInput } from '../workflows/operations.js'
import type { CloudContext, CloudContexts, CloudRef } from './cloud-context.js'
import { badInput } from './failures.js'
import { sendRecipe } from './images.js'
import { administer } from './openstack.js'
import { cancellation, report } from './progress.js'

/** The guest's disk, where the build host makes it. */
const guestFile = '/var/cache/kolla-build/guest/guest.raw'

/** For the guest's disk, in milliseconds: packages are fetched. */
const BUILDING = 1800_000

export function runonceActivities(contexts: CloudContexts) {
  return {
    /** The host that uploads the image. @throws ApplicationFailure `BadInput` for what would stop the run halfway */
    async prepareRunonce(
      ref: CloudRef,
      input: InitRunonceInput,
      buildHost?: string,
    ): Promise<string> {
      const cloud = await contexts.get(ref)
      const uploader = buildHost ?? cloud.members('glance-api')[0] ?? ''
      const findings = [
        ...checkRunonceNetworks(runonceNetworks(input)),
        ...checkSource(input, uploader, buildHost),
        ...(await checkServices(cloud)),
      ]
      if (findings.length > 0) throw badInput(findings)
      return uploader
    },

    /** The image that machines boot from: a file of the host, or the guest that it makes. */
    async provideRunonceImage(ref: CloudRef, host: string, file?: string): Promise<Outcome> {
      const cloud = await contexts.get(ref)
      const make = () => buildGuest(cloud, host)
      return ensureImage(await administer(cloud), {
        remote: cloud.remote(host),
        upload: await administer(cloud, host),
        file: file ?? guestFile,
        ...(file === undefined && { make }),
        ...cancellation(),
        onProgress: report,
      })
    },

    /** Networks and the router between them. */
    async createRunonceNetworks(ref: CloudRef, input: InitRunonceInput): Promise<Outcome[]> {
      return ensureNetworks(await administer(await contexts.get(ref)), runonceNetworks(input))
    },

    /** What the administrator's project lets in, its quotas, and a key pair. */
    async createRunonceAccess(ref: CloudRef, publicKey?: string): Promise<Outcome[]> {
      const api = await administer(await contexts.get(ref))
      return [
        ...(await ensureRules(api)),
        await ensureQuotas(api),
        ...(publicKey === undefined ? [] : [await ensureKeyPair(api, publicKey)]),
      ]
    },

    async createRunonceFlavors(ref: CloudRef): Promise<Outcome[]> {
      return ensureFlavors(await administer(await contexts.get(ref)))
    },

    /** A machine that runs. */
    async bootRunonceServer(ref: CloudRef): Promise<Outcome> {
      const api = await administer(await contexts.get(ref))
      return ensureServer(api, { ...cancellation(), onProgress: report })
    },

    /** The address that the machine is reached at. */
    async giveRunonceAddress(ref: CloudRef, kind: 'floating' | 'own'): Promise<string> {
      return ensureAddress(await administer(await contexts.get(ref)), kind)
    },
  }
}

function checkSource(
  { image }: InitRunonceInput,
  uploader: string,
  buildHost: string | undefined,
): Finding[] {
  if (buildHost !== undefined || image !== undefined) return []
  const message = `no host makes the guest's image: name an image that lies on ${uploader || 'a host of glance-api'} with --image FILE, or a build host in the group [registry] of the inventory`
  return [{ severity: 'error', message }]
}

/** What the cloud needs to have, switched on and registered. */
async function checkServices(cloud: CloudContext): Promise<Finding[]> {
  const { enable_keystone, enable_glance, enable_nova, enable_neutron } = cloud.cloud.globals
  const needed = { enable_keystone, enable_glance, enable_nova, enable_neutron }
  const off = Object.entries(needed).flatMap(([name, on]) => (on ? [] : [name]))
  if (off.length > 0) {
    const message = `init-runonce needs ${off.join(', ')}: yes in globals.yml, and a deploy`
    return [{ severity: 'error', message }]
  }
  const api = await administer(cloud)
  const types = (['image', 'network', 'compute'] as const).filter((type) => !api.has(type))
  if (types.length === 0) return []
  const message = `Keystone's catalogue has no endpoint of type ${types.join(', ')} yet: run \`kolla-temporal deploy\` first`
  return [{ severity: 'error', message }]
}

async function buildGuest(cloud: CloudContext, host: string): Promise<void> {
  const remote = cloud.sharedRemote(host)
  await sendRecipe(remote)
  await remote.runOrFail(sh`bash ${recipe}/guest/build.sh ${guestFile}`, {
    ...cancellation(),
    title: "make the guest's image",
    timeoutMs: BUILDING,
    onOutput: report,
  })
}
