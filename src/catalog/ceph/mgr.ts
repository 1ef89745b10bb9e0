import { shortHostname } from '../host-view.js'
import { configJson, limits } from '../kolla-config.js'
import { ofOneComponent } from '../service.js'
import {
  asCeph,
  cephConf,
  cephConfig,
  cephEnvironment,
  cephLogs,
  cephVolumes,
  placedConf,
} from './conf.js'

/** The managers: one works, the others stand by. */
export const cephMgr = ofOneComponent({
  name: 'ceph-mgr',
  memory: 250,
  container: 'ceph_mgr',
  group: 'ceph-mgr',
  enabled: (globals) => globals.enable_ceph,
  containers: (ctx) => [
    {
      name: 'ceph_mgr',
      service: 'ceph-mgr',
      image: 'ceph-mgr',
      files: [
        configJson(`/usr/bin/ceph-mgr ${asCeph} -i ${shortHostname(ctx.host)}`, [placedConf]),
        cephConf(ctx),
      ],
      environment: cephEnvironment,
      volumes: [...cephVolumes, 'ceph_mgr:/var/lib/ceph'],
      ...limits(ctx.host.globals.ceph_mgr_dimensions),
    },
  ],
  ports: () => [],
  health: () => [{ kind: 'running', container: 'ceph_mgr' }],
  frontends: () => [],
  passwords: [],
  overrides: [cephConfig],
  networks: ['storage', 'cluster'],
  logs: cephLogs,
})
