import type { ConfigFile } from '../container.js'
import { configFile } from '../kolla-config.js'
import type { Placed } from '../kolla-config.js'
import { overridden, overrideText } from '../overridden.js'
import type { Overridable, OverrideFolder } from '../overridden.js'
import type { Context } from '../service.js'
import { cephConfig, cephFsid, monitorAddress } from './conf.js'

/*
 * A service that keeps its data in Ceph has `/etc/ceph` in its containers: the configuration of a client, and the keys of
 * its accounts. Of our own cluster, keys go from a monitor to a volume of the container's, mounted where Kolla copies
 * them from (`keysFolder`); no file of ours holds them. Of a cluster of the operator's, both are his files below `config/`,
 * where kolla-ansible looks for them.
 */

const keysFolder = '/var/lib/kolla/ceph-keys'

/** Volume that holds the keys of a container. */
export const keysVolume = (container: string) => `${container}_ceph_keys`

export const keyringOf = (user: string) => `ceph.client.${user}.keyring`

/** The volume, where there are keys to hold. */
export function cephKeysVolume(
  ctx: Context,
  container: string,
  users: readonly string[],
): string[] {
  if (users.length === 0 || !ctx.host.globals.enable_ceph) return []
  return [`${keysVolume(container)}:${keysFolder}:ro`]
}

/** What a service's containers need to reach Ceph; nothing without users. */
export function cephClientFiles(
  ctx: Context,
  service: string,
  users: readonly string[],
  folder = service,
): { readonly placed: readonly Placed[]; readonly files: readonly ConfigFile[] } {
  if (users.length === 0) return { placed: [], files: [] }
  const place = (source: string, name: string): Placed => ({
    source,
    dest: `/etc/ceph/${name}`,
    owner: service,
    perm: '0600',
  })
  const conf = `${ctx.host.globals.ceph_cluster}.conf`
  if (ctx.host.globals.enable_ceph) {
    return {
      placed: [
        place(conf, conf),
        ...users.map((user) => place(`${keysFolder}/${keyringOf(user)}`, keyringOf(user))),
      ],
      files: [configFile(conf, overridden(ctx, cephConfig, clientConf(ctx)))],
    }
  }
  const files = [conf, ...users.map(keyringOf)].flatMap((name) => {
    const text =
      overrideText(ctx, operatorsFile(folder, name)) ??
      overrideText(ctx, operatorsFile(service, name))
    return text === undefined ? [] : [configFile(name, text)]
  })
  return { placed: files.map(({ path }) => place(path, path)), files }
}

/** What the operator may change, or has to bring: `keyrings` are folders below `config/`, of the service by default. */
export function cephClientOverrides(
  service: string,
  keyrings: readonly string[] = [service],
): (Overridable | OverrideFolder)[] {
  return [
    cephConfig,
    ...keyrings.map((folder) => ({ folder, ending: '.keyring' })),
    operatorsFile(service, 'ceph.conf'),
  ]
}

const operatorsFile = (folder: string, file: string): Overridable => ({
  kind: 'whole',
  paths: [`${folder}/${file}`],
})

function clientConf(ctx: Context): string {
  return `[global]
fsid = ${cephFsid(ctx)}
mon host = ${ctx.members('ceph-mon').map(monitorAddress).join(',')}
auth cluster required = cephx
auth service required = cephx
auth client required = cephx
`
}
