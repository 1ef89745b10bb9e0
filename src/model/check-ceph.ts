import type { Finding } from './finding.js'
import type { Globals } from './globals.js'

type Problem = { key: keyof Globals; message: string }

/** What Ceph's settings must be together, for one host. */
export function checkCephGlobals(globals: Globals): Problem[] {
  const { ceph_osd_disks: osds, ceph_journal_disks: journals } = globals
  const all = [...osds, ...journals]
  const twice = [...new Set(all.filter((disk, index) => all.indexOf(disk) !== index))]
  const problems: Problem[] = twice.map((disk) => {
    const key = journals.includes(disk) ? 'ceph_journal_disks' : 'ceph_osd_disks'
    return {
      key,
      message: `'${key}' names ${disk} twice: a disk is either an OSD's or for journals`,
    }
  })
  if (globals.enable_ceph_rgw && !globals.enable_ceph) {
    problems.push({
      key: 'enable_ceph_rgw',
      message: "'enable_ceph_rgw' needs a Ceph of ours: set enable_ceph to yes as well",
    })
  }
  return problems
}

/** Groups that a Ceph cluster needs, and how many monitors. */
export function checkCephGroups(
  globals: Globals,
  members: (group: string) => readonly string[],
  file: string,
): Finding[] {
  if (!globals.enable_ceph) return []
  const refuse = (message: string): Finding => ({ severity: 'error', message, file })
  const needed = [
    'ceph-mon',
    'ceph-mgr',
    'ceph-osd',
    ...(globals.enable_ceph_rgw ? ['ceph-rgw'] : []),
  ]
  const empty = needed
    .filter((group) => members(group).length === 0)
    .map((group) => {
      const below = group === 'ceph-osd' ? 'storage' : 'control'
      return refuse(`group '${group}' has no hosts: list them below [${below}] or [${group}]`)
    })
  const monitors = members('ceph-mon')
  if (monitors.length === 0 || monitors.length % 2 === 1) return empty
  const message = `group 'ceph-mon' has ${monitors.length} hosts (${monitors.join(', ')}): an even number of monitors survives no more failures than one less, name an odd number below [ceph-mon]`
  return [...empty, refuse(message)]
}
