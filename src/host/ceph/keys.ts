import { randomBytes } from 'node:crypto'
import { poolsFile } from '../../model/observed-host.js'
import { keyedDigest } from '../../plan/digest.js'
import { sh } from '../../ssh/quote.js'
import type { Remote } from '../../ssh/remote.js'
import { runOnVolumes } from '../volume.js'

/** Owner of everything of Ceph's, in the numbers that its packages on Debian give it. */
const owner = '64045:64045'

const volume = 'ceph_mon_config'
const files = ['ceph.mon.keyring', 'ceph.client.admin.keyring'] as const

export interface ClusterKeys {
  readonly host: string
  /** Whether both are there and whole. */
  readonly complete: boolean
  /** Keyed digest of them: never the keys themselves. */
  readonly digest: string
}

/** Which of the cluster's keys a monitor's host has. */
export async function inspectClusterKeys(remote: Remote, digestKey: string): Promise<ClusterKeys> {
  const stdout = await runOnVolumes(
    remote,
    sh`find_folder ${volume}
[ -n "$folder" ] || exit 0
cd "$folder"
for file in ${files}; do
  grep -qsE '^[[:space:]]*key = [A-Za-z0-9+/]{38}==$' "$file" && sha256sum "$file"
done
true`,
    { title: 'look at the keys of Ceph' },
  )
  const lines = stdout.split('\n').filter(Boolean)
  const digest = keyedDigest(digestKey, lines.join('\n'))
  return { host: remote.host, complete: lines.length === files.length, digest }
}

/** The keys of a cluster, by file. Secret: they go to hosts and nowhere else. */
export type Keyrings = Readonly<Record<(typeof files)[number], string>>

/** For a cluster that never was: its monitors' key and its administrator's. */
export function newClusterKeys(): Keyrings {
  const [monitor, administrator] = [cephxKey(), cephxKey()]
  const all = ['mon', 'mgr', 'osd', 'mds'].map((type) => `\tcaps ${type} = "allow *"\n`).join('')
  const admin = `[client.admin]\n\tkey = ${administrator}\n${all}`
  return {
    'ceph.mon.keyring': `[mon.]\n\tkey = ${monitor}\n\tcaps mon = "allow *"\n${admin}`,
    'ceph.client.admin.keyring': admin,
  }
}

/** A key as `ceph-authtool --gen-key` makes it: AES, no time of birth, 16 bytes. */
function cephxKey(): string {
  const head = Buffer.alloc(12)
  head.writeUInt16LE(1, 0)
  head.writeUInt16LE(16, 10)
  return Buffer.concat([head, randomBytes(16)]).toString('base64')
}

export async function takeClusterKeys(remote: Remote): Promise<Keyrings> {
  const read = (file: string) =>
    runOnVolumes(remote, sh`find_folder ${volume}\ncat -- "$folder/"${file}`, {
      title: 'take the keys of Ceph',
    })
  const [monitor, administrator] = await Promise.all(files.map(read))
  return {
    'ceph.mon.keyring': monitor ?? '',
    'ceph.client.admin.keyring': administrator ?? '',
  }
}

export async function giveClusterKeys(remote: Remote, keyrings: Keyrings): Promise<void> {
  for (const file of files) await putFile(remote, { volume, path: file }, keyrings[file])
}

/** Notes beside the keys which pools and accounts were made, for `observeHost` to see. */
export async function notePools(remote: Remote, digest: string): Promise<void> {
  await putFile(remote, { volume, path: poolsFile }, digest)
}

/** Puts a file into a volume, readable by Ceph alone, by one rename. */
export async function putFile(
  remote: Remote,
  place: { readonly volume: string; readonly path: string },
  text: string,
): Promise<void> {
  const folder = place.path.includes('/') ? place.path.replace(/\/[^/]*$/, '') : '.'
  const names = sh`volume=${place.volume} path=${place.path} within=${folder} owner=${owner}`
  await runOnVolumes(remote, `${names}\n${receive}`, {
    title: `put ${place.path} into the volume ${place.volume}`,
    input: text,
  })
}

const receive = `
set -o errexit
umask 077
docker volume create "$volume" >/dev/null
find_folder "$volume"; cd -- "$folder"
mkdir -p -- "$within"
chown "$owner" . "$within" "\${within%%/*}"
cat >"$path.new"
chown "$owner" "$path.new"
mv -fT -- "$path.new" "$path"
`
