import type { Globals } from '../../model/globals.js'

/** Settings by which a cloud has every service of the catalogue. */
export const whole: Partial<Globals> = {
  enable_ceph: true,
  enable_ceph_rgw: true,
  enable_glance: true,
  enable_placement: true,
  enable_cinder: true,
  enable_neutron: true,
  enable_nova: true,
  enable_heat: true,
  enable_horizon: true,
}
