import { fsidFile } from '../../model/observed-host.js'
import type { OsdFacts } from '../../model/observed-host.js'
import { shortHostname } from '../host-view.js'
import type { Context } from '../service.js'
import { cephFsid, monitorAddress } from './conf.js'
import { linkDevices, osdFolder } from './osd.js'

/** Command of a one-shot container of Ceph's images: configuration and the folder of the logs first. */
function oneShot(script: string, ...args: readonly string[]): readonly string[] {
  const lines = ['set -o errexit', 'sudo -E kolla_set_configs', '. kolla_extend_start', script]
  return ['bash', '-c', lines.join('\n'), 'bash', ...args]
}

/**
 * For a one-shot container of `ceph_mon`: the data of a new monitor, which appears whole or not at all. All monitors
 * of a new cluster are made with the same map and the same keys, and then find each other; one that is made later
 * learns from the others who they are now.
 */
export function makeMonitor(ctx: Context): readonly string[] {
  const members = ctx
    .members('ceph-mon')
    .flatMap((monitor) => ['--addv', shortHostname(monitor), monitorAddress(monitor)])
  return oneShot(monitorScript, shortHostname(ctx.host), cephFsid(ctx), ...members)
}

const monitorScript = `
name=$1 fsid=$2
shift 2
cd /var/lib/ceph
mkdir -p mon
rm -rf mon/.making
mkdir mon/.making
chown ceph:ceph . mon mon/.making
monmaptool --create --clobber --fsid "$fsid" "$@" /tmp/monmap
ceph-mon --mkfs -i "$name" --mon-data /var/lib/ceph/mon/.making --monmap /tmp/monmap \\
  --keyring /etc/ceph/ceph.mon.keyring --setuser ceph --setgroup ceph
echo "$fsid" >mon/.making/${fsidFile}
sync
mv -T mon/.making "mon/ceph-$name"
`

/**
 * For a one-shot container of an OSD: BlueStore on its partition, whose identity it takes. Its key is `OSD_KEY` of
 * the environment. A half-made one holds nothing: its beginning is wiped, else Ceph would take it for another's.
 */
export function makeOsd(osd: OsdFacts, again: boolean): readonly string[] {
  const begun = again ? ['block', ...(osd.journal === undefined ? [] : ['block.db'])] : []
  const wipe = begun
    .map((name) => `dd if=/dev/zero of="$folder/${name}" bs=1M count=16 conv=fsync,notrunc\n`)
    .join('')
  return oneShot(`
folder=${osdFolder(osd.id)}
rm -rf "$folder"
mkdir -p "$folder"
${linkDevices(osd)}
${wipe}chown -hR ceph:ceph "$folder"
ceph-osd --mkfs -i ${osd.id} --osd-data "$folder" --osd-uuid ${osd.uuid} --keyfile - \\
  --setuser ceph --setgroup ceph <<<"$OSD_KEY"
`)
}
