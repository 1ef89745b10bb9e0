import type { Finding } from './finding.js'
import { settings } from './globals.js'
import type { Variable, Variables } from './inventory/parser.js'
import { hasJinja } from './jinja/render.js'
import type { Value } from './jinja/render.js'
import { isJinjaDefault, kollaDefault } from './kolla/defaults.js'
import { actingKeys, kollaKeys, passwordKinds } from './kolla/names.js'
import { yesNo } from './setting.js'

/** How keys begin that are about what this version deploys, or about all that kolla-ansible deploys. */
const beginnings = [
  ...['haproxy', 'keepalived', 'loadbalancer', 'mariadb', 'database', 'memcached', 'memcache'],
  ...['rabbitmq', 'om', 'rpc', 'notify', 'keystone', 'fernet', 'ceph', 'external_ceph', 'cron'],
  ...['docker', 'container', 'default_container', 'default_extra', 'kolla', 'openstack', 'node'],
  ...['external_haproxy', 'external_api', 'enable_keystone', 'enable_haproxy', 'enable_ceph_rgw'],
  ...['enable_mariadb', 'enable_external', 'enable_destroy', 'enable_osprofiler', 'use_common'],
].map((word) => `${word}_`)

/** Keys that have a default here, for Jinja, and that nothing else reads. */
const forJinja: Readonly<Record<string, Value>> = {
  internal_protocol: 'http',
  public_protocol: 'http',
}

/** What asks for nothing: a default of kolla-ansible's that is Jinja; and that Docker keeps what it has, as it does here. */
const usual: Readonly<Record<string, Value>> = {
  docker_disable_default_iptables_rules: false,
  docker_disable_default_network: false,
  docker_disable_ip_forward: false,
  enable_ceph_rgw_keystone: true,
}

/** Of the role `docker` of kolla-ansible's collection, which writes the engine's configuration. */
const engineKeys: Readonly<Record<string, string>> = {
  docker_debug: 'debug',
  docker_disable_default_iptables_rules: 'iptables',
  docker_disable_default_network: 'bridge',
  docker_disable_ip_forward: 'ip-forward',
  docker_http_proxy: 'proxies',
  docker_https_proxy: 'proxies',
  docker_no_proxy: 'proxies',
  docker_registry_mirrors: 'registry-mirrors',
  docker_storage_driver: 'storage-driver',
  docker_ulimit_nofile: 'default-ulimits',
}

interface Values {
  /** With its Jinja evaluated; undefined where a variable holds nowhere. */
  readonly of: (name: string, variable: Variable) => Value | undefined
  /** kolla-ansible's own value, where nobody sets it. */
  readonly byDefault: (name: string) => Value | undefined
}

export function isEngineKey(key: string): boolean {
  return Object.hasOwn(engineKeys, key)
}

/**
 * One warning for every key that kolla-ansible knows, that is about what this version deploys, and that nothing here
 * reads, at the strongest place that asks for something. Keys that are set to kolla-ansible's default, or to nothing, ask for
 * nothing. That Jinja names a key (`used`) makes nothing of ours honour it. `layers` come strongest first.
 */
export function unusedKeys(
  layers: readonly Variables[],
  used: (name: string) => boolean,
  values: Values,
): Finding[] {
  const idle = layers.flatMap((layer) => [...layer]).filter(([key]) => isIdle(key))
  const asking = idle.filter(([key, variable]) => {
    if (isJinjaDefault(key, variable.value)) return false
    const value = values.of(key, variable)
    return value !== undefined && !asksForNothing(key, value, values.byDefault)
  })
  // The first of each key stays.
  return [...new Map(asking.reverse())].reverse().map(([key, { place }]): Finding => {
    const isAlone = used(key) && !isListening(key)
    const message = `'${key}' is read${isAlone ? ' by your Jinja alone' : ''} and does nothing here: ${wayOut(key, isAlone)}`
    return { severity: 'warning', message, ...place }
  })
}

function wayOut(key: string, isOfJinja: boolean): string {
  if (isListening(key)) return 'remove it, services listen on the address of api_interface'
  const option = Object.hasOwn(engineKeys, key) ? engineKeys[key] : undefined
  // Docker before 23.0, as Debian 12 has it, does not start with such a key.
  if (option === 'proxies') {
    const name = key.replace('docker_', '').toUpperCase()
    return `give it to Docker's service (\`systemctl edit docker\`: Environment=${name}=…)`
  }
  if (option !== undefined) return `set '${option}' in docker_custom_config`
  const [, image] = /^(.+)_image(_full)?$/.exec(key) ?? []
  if (image === undefined) {
    return isOfJinja
      ? 'for a variable of your Jinja use a name of your own'
      : 'remove it, or use an override below config/'
  }
  return `serve the image under Kolla's own name, and say where by docker_registry, docker_namespace, docker_image_name_prefix (or docker_image_url) and by ${tagOf(image)}`
}

/** The setting with the tag of a container's image: `keystone_tag` of `keystone_fernet`. */
function tagOf(container: string): string {
  const parts = container.split('_')
  const names = parts.map((_, index) => `${parts.slice(0, parts.length - index).join('_')}_tag`)
  return names.find((name) => Object.hasOwn(settings, name)) ?? 'openstack_tag'
}

/** Where services listen is not made up for by an override that uses the key. */
function isListening(key: string): boolean {
  return key === 'api_interface_address'
}

function isIdle(key: string): boolean {
  if (key === 'mariadb_loadbalancer') return false // HAProxy it is, and proxysql is a service of its own
  if (key.startsWith('kolla_ansible_')) return false // how Ansible runs, which nobody does
  if (Object.hasOwn(forJinja, key) || isEngineKey(key) || isListening(key)) return true
  if (Object.hasOwn(settings, key) || passwordKinds.has(key) || !kollaKeys.has(key)) return false
  return (
    actingKeys.has(key) ||
    beginnings.some((beginning) => `${key}_`.startsWith(beginning)) ||
    key.endsWith('_address_family')
  )
}

function asksForNothing(key: string, value: Value, byDefault: Values['byDefault']): boolean {
  const ours: Readonly<Record<string, Value>> = { ...usual, ...forJinja }
  const raw = kollaDefault(key, () => undefined)
  const known = Object.hasOwn(ours, key) ? ours[key] : byDefault(key)
  const isJinja = !Object.hasOwn(ours, key) && raw !== undefined && hasJinja(JSON.stringify(raw))
  if (known !== undefined && known !== null) {
    if (plain(value) === plain(known)) return true
    return (isJinja || isNothing(known)) && isNothing(value)
  }
  return isNothing(value) || (key.endsWith('_address_family') && value === 'ipv4')
}

/** `yes`, `"True"` and `true` are one, and so are `5` and `"5"`. */
function plain(value: Value): string {
  const { success, data } = yesNo.safeParse(value)
  if (success && typeof value !== 'number') return String(data)
  return JSON.stringify(typeof value === 'object' ? value : String(value))
}

function isNothing(value: Value): boolean {
  if (value === null || value === '' || yesNo.safeParse(value).data === false) return true
  return typeof value === 'object' && Object.keys(value).length === 0
}
