import { Installation } from './installation.js'
import { hosts, lab } from './lab.js'

/** What `build` is told to make for a cloud with everything. */
export const allProfiles = ['control-plane', 'ceph', 'openstack', 'compute'] as const

/** The whole cloud of the lab's release from bare hosts, with the files of `post-deploy`. */
export async function deployWhole(): Promise<Installation> {
  const installation = await Installation.start('whole')
  await Promise.all(hosts.map((host) => lab('reset', host)))
  await installation.run('bootstrap-servers')
  for (const profile of allProfiles) await installation.run('build', '--profile', profile)
  await installation.run('deploy')
  await installation.run('post-deploy')
  return installation
}
