import { addressOf, shortHostname } from '../host-view.js'
import { configJson, limits } from '../kolla-config.js'
import { ofOneComponent } from '../service.js'
import {
  asCeph,
  cephConf,
  cephConfig,
  cephEnvironment,
  cephLogs,
  cephVolumes,
  monitorPorts,
  placedConf,
} from './conf.js'

/** The monitors: what the cluster is and who belongs to it. Their data and keys are made once, ever. */
export const cephMon = ofOneComponent({
  name: 'ceph-mon',
  memory: 70,
  container: 'ceph_mon',
  group: 'ceph-mon',
  enabled: (globals) => globals.enable_ceph,
  containers: (ctx) => [
    {
      name: 'ceph_mon',
      service: 'ceph-mon',
      image: 'ceph-mon',
      files: [
        configJson(`/usr/bin/ceph-mon ${asCeph} -i ${shortHostname(ctx.host)}`, [placedConf]),
        cephConf(ctx),
      ],
      environment: cephEnvironment,
      // Names of kolla-ansible, which kept monitors in them too.
      volumes: [...cephVolumes, 'ceph_mon:/var/lib/ceph', 'ceph_mon_config:/etc/ceph'],
      ...limits(ctx.host.globals.ceph_mon_dimensions),
    },
  ],
  ports: ({ host }) =>
    monitorPorts.map((port) => ({
      container: 'ceph_mon',
      address: addressOf(host, 'storage'),
      port,
    })),
  health: ({ host }) =>
    monitorPorts.map((port) => ({ kind: 'tcp', address: addressOf(host, 'storage'), port })),
  frontends: () => [],
  passwords: ['ceph_cluster_fsid'],
  overrides: [cephConfig],
  networks: ['storage', 'cluster'],
  logs: cephLogs,
})
