import type { OsdFacts } from '../../model/observed-host.js'
import type { Container } from '../container.js'
import { configFile, configJson, limits } from '../kolla-config.js'
import { ofOneComponent } from '../service.js'
import type { Context } from '../service.js'
import {
  asCeph,
  cephConf,
  cephConfig,
  cephEnvironment,
  cephLogs,
  cephVolumes,
  placedConf,
} from './conf.js'

/** A container for each finished OSD that the host's disks hold. All that it is lies on its partitions. */
export const cephOsd = ofOneComponent({
  name: 'ceph-osd',
  memory: 50,
  container: 'ceph_osd_*',
  group: 'ceph-osd',
  enabled: (globals) => globals.enable_ceph,
  containers: (ctx) => (ctx.host.facts.osds ?? []).map((osd) => osdContainer(ctx, osd)),
  ports: () => [],
  health: ({ host }) =>
    (host.facts.osds ?? []).map(({ id }) => ({ kind: 'running', container: osdName(id) })),
  frontends: () => [],
  passwords: ['ceph_cluster_fsid'],
  overrides: [cephConfig],
  networks: ['storage', 'cluster'],
  images: ['ceph-osd'],
  logs: cephLogs,
})

/** kolla-ansible's name: `ceph_osd_0`. */
export const osdName = (id: number) => `ceph_osd_${id}`

function osdContainer(ctx: Context, osd: OsdFacts): Container {
  const start = 'start_osd.sh'
  return {
    name: osdName(osd.id),
    service: 'ceph-osd',
    image: 'ceph-osd',
    files: [
      configJson(`/usr/local/bin/${start}`, [
        placedConf,
        { source: start, dest: `/usr/local/bin/${start}`, owner: 'root', perm: '0755' },
      ]),
      configFile(start, startScript(osd)),
      cephConf(ctx),
    ],
    environment: cephEnvironment,
    volumes: [...cephVolumes, '/dev:/dev', '/run/udev:/run/udev:ro'],
    privileged: true,
    ...limits(ctx.host.globals.ceph_osd_dimensions),
  }
}

export const osdFolder = (id: number) => `/var/lib/ceph/osd/ceph-${id}`

/** Bash that links an OSD's devices into `$folder`: by the partition's identity, whatever the kernel calls the disk. */
export function linkDevices({ uuid, journal }: OsdFacts): string {
  const device = (partition: string) => `/dev/disk/by-partuuid/${partition.toLowerCase()}`
  const links = [
    ['block', device(uuid)],
    ...(journal === undefined ? [] : [['block.db', device(journal)]]),
  ]
  return links
    .map(
      ([name = '', target = '']) =>
        `ln -sfn ${target} "$folder/${name}"\nchown ceph:ceph ${target}`,
    )
    .join('\n')
}

function startScript(osd: OsdFacts): string {
  return `#!/bin/bash
set -o errexit
folder=${osdFolder(osd.id)}
rm -rf "$folder"
mkdir -p "$folder"
${linkDevices(osd)}
# Its number, key and cluster stand in BlueStore's label.
ceph-bluestore-tool prime-osd-dir --dev "$(readlink -e "$folder/block")" --path "$folder"
chown -hR ceph:ceph "$folder"
exec /usr/bin/ceph-osd ${asCeph} -i ${osd.id}
`
}
