import type { CephQuestions } from '../../src/host/observe/ceph-script.js'
import { password } from '../../src/model/passwords.js'
import type { CloudContext } from '../cloud-context.js'

/** What to look for on a host, as options of `observeHost`: nothing where it is to have nothing of Ceph. */
export function cephQuestions(cloud: CloudContext, host: string): { ceph?: CephQuestions } {
  const { globals, passwords } = cloud.cloud
  const monitor = cloud.members('ceph-mon').includes(host)
  const osds = cloud.members('ceph-osd').includes(host)
  if (!globals.enable_ceph || !(monitor || osds)) return {}
  const { ceph_osd_disks, ceph_journal_disks } = cloud.host(host).globals
  return {
    ceph: {
      fsid: password(passwords, 'ceph_cluster_fsid'),
      monitor,
      ...(osds && { disks: [...ceph_osd_disks, ...ceph_journal_disks] }),
    },
  }
}
