import type { Globals } from '../model/globals.js'
import { keystoneUrl } from './keystone-url.js'
import { configFile } from './kolla-config.js'
import { operatorsFiles, serviceFile } from './openstack-container.js'
import type { OperatorsFile } from './openstack-container.js'
import { concurrency, secret, section } from './oslo.js'
import { overridden } from './overridden.js'
import type { Overridable } from './overridden.js'
import type { Context } from './service.js'

const cacheFile = 'glance-cache.conf'

export const cacheConf: Overridable = {
  kind: 'oslo',
  paths: [cacheFile, `glance/${cacheFile}`, `glance/<host>/${cacheFile}`],
}

const whole = (file: string): OperatorsFile => ({
  service: 'glance',
  file,
  kind: 'whole',
  paths: [`glance/${file}`],
})

export const importConf = whole('glance-image-import.conf')
export const protectionRules = whole('property-protections-rules.conf')

/** What Glance has besides its own configuration, where it is switched on. */
export function furtherFiles(ctx: Context) {
  const { globals } = ctx.host
  const cache = globals.enable_glance_image_cache
    ? [configFile(cacheFile, overridden(ctx, cacheConf, cacheText(ctx)))]
    : []
  const rules = operatorsFiles(
    ctx,
    globals.glance_enable_property_protection ? [protectionRules] : [],
  )
  const imports = operatorsFiles(
    ctx,
    globals.glance_enable_interoperable_image_import ? [importConf] : [],
  )
  return {
    placed: [
      ...cache.map(({ path }) => serviceFile('glance', path)),
      ...imports.placed.map((it) => ({ ...it, dest: `/etc/glance/glance.conf.d/${it.source}` })),
      ...rules.placed,
    ],
    files: [...cache, ...imports.files, ...rules.files],
  }
}

/** Files that the operator has to bring for what is switched on. */
export function neededFiles(globals: Globals): { readonly path: string; readonly key: string }[] {
  return (
    [
      ['glance_enable_property_protection', protectionRules],
      ['glance_enable_interoperable_image_import', importConf],
    ] as const
  ).flatMap(([key, { paths }]) => (globals[key] ? paths.map((path) => ({ path, key })) : []))
}

function cacheText(ctx: Context): string {
  const { globals } = ctx.host
  return (
    section('DEFAULT', {
      debug: globals.glance_logging_debug,
      log_file: '/var/log/kolla/glance/glance-cache.log',
      ...cacheOptions(globals),
      auth_url: keystoneUrl(ctx.cloud, 'internal'),
      admin_password: secret(ctx.cloud, 'glance_keystone_password'),
      admin_user: globals.glance_keystone_user,
      admin_tenant_name: 'default',
      filesystem_store_datadir: globals.glance_backend_file ? '/var/lib/glance/images/' : undefined,
    }) + concurrency('glance')
  )
}

/** Of `glance-api.conf` too. */
export function cacheOptions(globals: Globals) {
  return {
    image_cache_max_size: globals.glance_cache_max_size,
    image_cache_dir: '/var/lib/glance/image-cache',
  }
}
