import type { Release } from '../model/releases.js'

export type DebianSuite = 'bookworm' | 'trixie'

/** What the images of an OpenStack release are made of. */
export interface ImageRelease {
  /** PyPI's `kolla`: the templates and `kolla-build` of this release. */
  readonly kolla: string
  /** The Debian that those templates are written for. */
  readonly debian: DebianSuite
  /** Images whose packages in that Debian are too old, and the one that they are built on instead. */
  readonly elsewhere: Readonly<Record<string, DebianSuite>>
  /** Services as Python's registry names them, at the versions that are built without OpenStack's own archives. */
  readonly services: Readonly<Record<Service, string>>
}

export type Service = (typeof serviceSources)[keyof typeof serviceSources]

/** Sections of kolla-build.conf → the service whose source archive belongs there. */
export const serviceSources = {
  'cinder-base': 'cinder',
  'glance-base': 'glance',
  'heat-base': 'openstack-heat',
  horizon: 'horizon',
  'horizon-plugin-heat-dashboard': 'heat-dashboard',
  'keystone-base': 'keystone',
  'neutron-base': 'neutron',
  'nova-base': 'nova',
  'placement-base': 'openstack-placement',
} as const

export const imageReleases: Readonly<Record<Release, ImageRelease>> = {
  '2025.2': {
    kolla: '21.3.0',
    debian: 'bookworm',
    // bookworm has RabbitMQ 3.10, from which no upgrade leads to 2026.1's 4.0.
    elsewhere: { rabbitmq: 'trixie' },
    services: {
      cinder: '27.0.0',
      glance: '31.1.0',
      'heat-dashboard': '14.0.0',
      horizon: '25.5.2',
      keystone: '28.1.0',
      neutron: '27.0.4',
      nova: '32.2.1',
      'openstack-heat': '25.0.2',
      'openstack-placement': '14.0.0',
    },
  },
  '2026.1': {
    kolla: '22.2.0',
    debian: 'trixie',
    elsewhere: {},
    services: {
      cinder: '28.0.0',
      glance: '32.0.0',
      'heat-dashboard': '15.0.0',
      horizon: '25.7.3',
      keystone: '29.1.0',
      neutron: '28.0.2',
      nova: '33.0.2',
      'openstack-heat': '26.0.2',
      'openstack-placement': '15.0.0',
    },
  },
}

/** The file that Python's registry serves a source as (PEP 625): `openstack_placement-15.0.0.tar.gz`. */
export function sourceArchive(service: Service, version: string): string {
  return `${service.replaceAll('-', '_')}-${version}.tar.gz`
}
