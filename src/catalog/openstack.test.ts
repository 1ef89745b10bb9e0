import { describe, expect, it } from 'vitest'
import type { Cloud } from '../model/cloud.js'
import type { Globals } from '../model/globals.js'
import { frontendConfig, frontendsOf } from './haproxy-frontend.js'
import { hostViews } from './host-view.js'
import { serviceNamed, services } from './index.js'
import { oneShotsOf } from './one-shots.js'
import { renderHost, servicesOn } from './render.js'
import { testCloud, testFacts } from './testing/cloud.js'
import { whole } from './testing/whole.js'

const cloud = testCloud({ globals: whole })

function container(name: string, of: Cloud = cloud, host = 'kolla2') {
  const found = renderHost(of, testFacts, host).find((it) => it.name === name)
  if (!found) throw new Error(`${host} has no ${name}`)
  return found
}

function file(name: string, path: string, of?: Cloud): string {
  return container(name, of).files.find((it) => it.path === path)?.content ?? ''
}

/** Lines of one section. */
function lines(conf: string, section: string): string[] {
  const [, body = ''] = conf.split(`[${section}]\n`)
  return body.split('\n[')[0]?.split('\n').filter(Boolean) ?? []
}

describe('Glance', () => {
  it('keeps images in Ceph and tells where they lie, so that others clone them', () => {
    const conf = file('glance_api', 'glance-api.conf')
    expect(lines(conf, 'glance_store')).toEqual(['default_backend = rbd'])
    expect(lines(conf, 'DEFAULT')).toContain('show_image_direct_url = true')
    expect(lines(conf, 'DEFAULT')).toContain('enabled_backends = http:http, cinder:cinder, rbd:rbd')
  })

  it('takes uploads from the pages of Horizon, wherever they are', () => {
    const origin = (horizon_port: number) => {
      const globals = { ...whole, kolla_external_fqdn: 'cloud.example', horizon_port }
      return lines(file('glance_api', 'glance-api.conf', testCloud({ globals })), 'cors')
    }
    expect(origin(80)).toEqual(['allowed_origin = http://cloud.example'])
    expect(origin(8080)).toEqual(['allowed_origin = http://cloud.example:8080'])
  })

  it("has a cache, rules and an import of the operator's where they are switched on", () => {
    const on = {
      enable_glance_image_cache: true,
      glance_enable_property_protection: true,
      glance_enable_interoperable_image_import: true,
    }
    const overrides = [
      { path: 'glance/glance-cache.conf', text: '[DEFAULT]\nimage_cache_stall_time = 60\n' },
      { path: 'glance/property-protections-rules.conf', text: '[.*]\ncreate = admin\n' },
      { path: 'glance/glance-image-import.conf', text: '[image_import_opts]\n' },
    ]
    const switched = testCloud({ globals: { ...whole, ...on }, overrides })
    const conf = file('glance_api', 'glance-api.conf', switched)
    expect(lines(conf, 'DEFAULT')).toEqual(
      expect.arrayContaining([
        'property_protection_file = /etc/glance/property-protections-rules.conf',
        'image_cache_max_size = 10737418240',
      ]),
    )
    expect(lines(conf, 'paste_deploy')).toEqual(['flavor = keystone+cachemanagement'])
    const cache = file('glance_api', 'glance-cache.conf', switched)
    expect(lines(cache, 'DEFAULT')).toContain('image_cache_stall_time = 60')
    const config = file('glance_api', 'config.json', switched)
    for (const path of ['glance-cache.conf', 'glance.conf.d/glance-image-import.conf'])
      expect(config).toContain(`"/etc/glance/${path}"`)
    const off = container('glance_api', testCloud({ globals: whole, overrides }))
    expect(off.files).toEqual(container('glance_api').files)
  })

  it('keeps them in files on one host where there is no Ceph', () => {
    const files = testCloud({ globals: { ...whole, enable_ceph: false, enable_ceph_rgw: false } })
    const runs = (host: string) => servicesOn(files, host).some(({ name }) => name === 'glance')
    expect(['kolla1', 'kolla2', 'kolla3'].filter(runs)).toEqual(['kolla1'])
    const first = container('glance_api', files, 'kolla1')
    const text = first.files.find(({ path }) => path === 'glance-api.conf')?.content ?? ''
    expect(lines(text, 'file')).toEqual(['filesystem_store_datadir = /var/lib/glance/images/'])
    expect(text).not.toContain('show_image_direct_url')
    const [front] = frontendsOf(files, [serviceNamed('glance')])
    const balanced = front ? frontendConfig(front, '192.168.8.75', hostViews(files, testFacts)) : ''
    expect(balanced.match(/^ *server /gm)).toHaveLength(1)
  })

  it('has hours for an upload', () => {
    const [front] = frontendsOf(cloud, [serviceNamed('glance')])
    const text = front ? frontendConfig(front, '192.168.8.75', hostViews(cloud, testFacts)) : ''
    expect(text).toContain('    timeout client 6h\n')
    expect(text).toContain('    timeout server 6h\n')
  })
})

describe('keys of Ceph', () => {
  it('reach the containers that keep data there, each its own, and no other', () => {
    const keys = Object.fromEntries(
      renderHost(cloud, testFacts, 'kolla1').flatMap(({ name, files }) => {
        const config = files.find(({ path }) => path === 'config.json')?.content ?? ''
        const found = [...config.matchAll(/"dest": "\/etc\/ceph\/([^"]*keyring)"/g)].map(
          (it) => it[1],
        )
        return found.length > 0 ? [[name, found]] : []
      }),
    )
    expect(keys).toEqual({
      glance_api: ['ceph.client.glance.keyring'],
      cinder_volume: ['ceph.client.cinder.keyring'],
      cinder_backup: ['ceph.client.cinder-backup.keyring', 'ceph.client.cinder.keyring'],
      nova_libvirt: ['ceph.client.nova.keyring', 'ceph.client.cinder.keyring'],
      nova_compute: ['ceph.client.nova.keyring'],
    })
  })

  it('are in no file of ours', () => {
    const files = renderHost(cloud, testFacts, 'kolla1').flatMap((it) => it.files)
    expect(files.filter(({ path }) => path.endsWith('.keyring'))).toEqual([])
  })

  it('of a cluster of the operator are his files', () => {
    const text = '[client.glance]\nkey = AQ==\n'
    const overrides = [
      { path: 'glance/ceph.conf', text: '[global]\nfsid = 1\n' },
      { path: 'glance/ceph.client.glance.keyring', text },
    ]
    const globals = { enable_glance: true, glance_backend_ceph: true }
    const external = testCloud({ globals, overrides })
    expect(file('glance_api', 'ceph.client.glance.keyring', external)).toBe(text)
    expect(container('glance_api', external).volumes.join()).not.toContain('ceph_keys')
  })
})

describe('Cinder', () => {
  it('has its backend in the part that works on it alone', () => {
    expect(lines(file('cinder_volume', 'cinder.conf'), 'rbd-1')).toContain('rbd_user = cinder')
    expect(file('cinder_api', 'cinder.conf')).not.toContain('rbd-1')
    expect(file('cinder_backup', 'cinder.conf')).toContain('backup_ceph_pool = backups')
  })

  it('has its hosts serve each other as one cluster, called as the operator wants', () => {
    const named = testCloud({ globals: { ...whole, cinder_cluster_name: 'mine' } })
    expect(lines(file('cinder_volume', 'cinder.conf'), 'DEFAULT')).toContain('cluster = ceph')
    expect(lines(file('cinder_volume', 'cinder.conf', named), 'DEFAULT')).toContain(
      'cluster = mine',
    )
    expect(file('cinder_api', 'cinder.conf')).not.toContain('cluster =')
  })

  it('is known by its older type until 2025.2', () => {
    const of = (release: string) =>
      serviceNamed('cinder')
        .identity?.(testCloud({ globals: { ...whole, openstack_release: release } }))
        ?.services.map(({ name }) => name)
    expect(of('2026.1')).toEqual(['cinder'])
    expect(of('2025.2')).toEqual(['cinder', 'cinderv3'])
  })

  it('calls a host as kolla-ansible does', () => {
    // Python: uuid.uuid5(UUID('361E6D51-FAEC-444A-9079-341386DA8E2E'), 'kolla2')
    expect(file('cinder_volume', 'hostnqn')).toBe(
      'nqn.2014-08.org.nvmexpress:uuid:3676a6ef-16ff-5beb-b7b5-b459571e6bed\n',
    )
  })
})

describe('Heat', () => {
  it('tells guests the public address of what they report to', () => {
    const globals = {
      ...whole,
      kolla_external_vip_address: '10.0.0.9',
      kolla_external_fqdn: 'cloud.example',
    }
    const conf = file('heat_engine', 'heat.conf', testCloud({ globals }))
    expect(conf).toContain(
      'heat_waitcondition_server_url = http://cloud.example:8000/v1/waitcondition',
    )
  })

  it('makes users of stacks in a domain of their own', () => {
    const identity = serviceNamed('heat').identity?.(cloud)
    expect(identity?.domains?.map(({ name }) => name)).toEqual(['heat_user_domain'])
    expect(identity?.adminRoles).toEqual(['heat_stack_owner'])
  })
})

describe('Horizon', () => {
  it('has a role made that members of projects get, if Keystone does not have it anyway', () => {
    const shots = (globals: Partial<Globals>) =>
      oneShotsOf(testCloud({ globals: { ...whole, ...globals } }), serviceNamed('horizon'))
    expect(shots({})).toBeUndefined()
    expect(shots({ keystone_default_user_role: 'user' })?.takes.get('identity')).toContain(
      '"roles":["user"]',
    )
  })

  it('keeps sessions in memcached, and its secret out of the language', () => {
    const settings = file('horizon', '_9998-kolla-settings.py')
    expect(settings).toContain("'192.168.8.70:11211',")
    expect(settings).toContain('SECRET_KEY = "horizon\'secret"')
  })
})

it('tells services that share /dev/shm apart, by the names of their processes', () => {
  const of = (name: string, path: string) => lines(file(name, path), 'oslo_messaging_rabbit')
  expect(of('cinder_api', 'cinder.conf')).toContain('processname = cinder-api')
  expect(of('heat_api_cfn', 'heat.conf')).toContain('processname = heat-api-cfn')
  expect(of('cinder_volume', 'cinder.conf').join()).not.toContain('processname')
})

it("says the container's name as Kolla's scripts ask for it, and nothing secret beside it", () => {
  const added = ['glance', 'placement', 'cinder', 'heat', 'horizon']
  for (const it of renderHost(cloud, testFacts, 'kolla1')) {
    if (!added.includes(it.service)) continue
    expect(it.environment['KOLLA_SERVICE_NAME']).toBe(it.name.replaceAll('_', '-'))
    expect(JSON.stringify([it.environment, it.volumes])).not.toContain('secret')
  }
  expect(services.map(({ name }) => name)).toEqual(expect.arrayContaining(added))
})
