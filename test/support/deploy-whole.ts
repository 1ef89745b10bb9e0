import { Installation } from './installation.js'
import { hosts, lab } from './lab.js'

/** A cloud with Ceph of the lab's release from bare hosts, with the files of `post-deploy`. */
export async function deployWhole(
  extent: 'whole' | 'without machines' = 'whole',
): Promise<Installation> {
  const installation = await Installation.start(extent)
  await Promise.all(hosts.map((host) => lab('reset', host)))
  await installation.run('bootstrap-servers')
  await installation.run('build')
  await installation.run('deploy')
  await installation.run('post-deploy')
  return installation
}
