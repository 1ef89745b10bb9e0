import type { Installation } from './installation.js'
import { floatingAddress, onHost, onHosts } from './lab.js'
import { logIn } from './outside.js'
import { s3Request } from './s3.js'

/** All hosts share one machine's disk and memory: what they see of either is not theirs alone. */
export const cephConf = `[global]
mon data avail warn = 5
mon data avail crit = 2
osd memory target = 939524096
`

/** Ceph on the lab's disks, with gateways. */
export async function enableCeph(installation: Installation): Promise<void> {
  await installation.edit('globals.yml', 'enable_ceph: "no"', 'enable_ceph: "yes"')
  await installation.edit('globals.yml', 'enable_ceph_rgw: "no"', 'enable_ceph_rgw: "yes"')
  await installation.write('config/ceph.conf', cephConf)
}

/** Ceph and nothing of OpenStack. */
export async function cephAlone(installation: Installation): Promise<void> {
  await enableCeph(installation)
  await installation.edit('globals.yml', 'enable_ceph_rgw: "yes"', 'enable_ceph_rgw: "no"')
  for (const service of ['keystone', 'mariadb', 'memcached', 'rabbitmq']) {
    await installation.edit('globals.yml', `enable_${service}: "yes"`, `enable_${service}: "no"`)
  }
}

/** Takes every trace of Ceph off the hosts' disks, once its containers are gone. */
export async function wipeDisks(): Promise<void> {
  await onHosts(`set -e
for disk in /dev/sdb /dev/sdc /dev/sdd; do
  wipefs --quiet --all --force "$disk"
  blkdiscard --force "$disk"
  partx --delete "$(readlink -f "$disk")" 2>/dev/null || true
done
udevadm settle 2>/dev/null || true`)
}

/** Asks Ceph as its administrator, on a monitor's host. */
export async function ceph(host: string, command: string): Promise<string> {
  return onHost(host, `timeout 60 docker exec ceph_mon ceph --connect-timeout 20 ${command}`)
}

export async function cephJson<T>(host: string, command: string): Promise<T> {
  return JSON.parse(await ceph(host, `${command} --format json`)) as T
}

/** An object behind the floating address, as a user of Keystone's has it by S3. */
export interface S3Object {
  readonly put: (text: string) => Promise<string>
  readonly get: () => Promise<string>
}

/** An object that is yet to be put into a new bucket, with credentials that Keystone made. */
export async function s3Object(installation: Installation): Promise<S3Object> {
  const keystone = `http://${floatingAddress}:5000/v3`
  const { token, about } = await logIn(installation)
  const { user, project } = about as { user: { id: string }; project: { id: string } }
  const response = await fetch(`${keystone}/users/${user.id}/credentials/OS-EC2`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-auth-token': token },
    body: JSON.stringify({ tenant_id: project.id }),
  })
  const { credential } = (await response.json()) as {
    credential: { access: string; secret: string }
  }
  const bucket = `http://${floatingAddress}:6780/bucket-${Date.now()}`
  await s3Request('PUT', bucket, credential)
  return {
    put: (text) => s3Request('PUT', `${bucket}/object`, credential, text),
    get: () => s3Request('GET', `${bucket}/object`, credential),
  }
}

/** One map of the OSDs, as Ceph keeps them. */
export interface OsdMap {
  readonly epoch: number
  readonly osds: readonly {
    readonly osd: number
    readonly up: number
    readonly state: readonly string[]
  }[]
}

/** Every map of the OSDs since `first`, asked in one go: each moment that the cluster itself knows of. */
export async function osdMaps(host: string, first: number): Promise<OsdMap[]> {
  const script = `
import json, rados
with rados.Rados(conffile='/etc/ceph/ceph.conf') as cluster:
    def dump(**more):
        code, out, why = cluster.mon_command(json.dumps({'prefix': 'osd dump', 'format': 'json', **more}), b'', 20)
        assert code == 0, why
        return json.loads(out)
    last = dump()['epoch']
    print(json.dumps([dump(epoch=epoch) for epoch in range(${first}, last + 1)]))
`
  return JSON.parse(await onHost(host, 'docker exec -i ceph_mon python3 -', script)) as OsdMap[]
}
