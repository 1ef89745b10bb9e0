import { Installation } from './installation.js'
import { hosts, lab } from './lab.js'

/** What `build` is told to make for a cloud with everything. */
export const allProfiles = ['control-plane', 'ceph', 'openstack', 'compute'] as const

/** A cloud with Ceph of the lab's release from bare hosts, with the files of `post-deploy`. */
export async function deployWhole(
  extent: 'whole' | 'without machines' = 'whole',
): Promise<Installation> {
  const installation = await Installation.start(extent)
  await Promise.all(hosts.map((host) => lab('reset', host)))
  await installation.run('bootstrap-servers')
  const profiles = allProfiles.filter((it) => extent === 'whole' || it !== 'compute')
  for (const profile of profiles) await installation.run('build', '--profile', profile)
  await installation.run('deploy')
  await installation.run('post-deploy')
  return installation
}
