import type { FernetKeys } from '../catalog/fernet-keys.js'
import { keyedDigest } from '../plan/digest.js'
import type { Remote } from '../ssh/remote.js'
import { runOnVolumes } from './volume.js'

const volume = 'keystone_fernet_tokens'

/** Which keys a member has, by name and keyed digest. */
export async function inspectFernetKeys(remote: Remote, digestKey: string): Promise<FernetKeys> {
  const stdout = await runOnVolumes(
    remote,
    `find_folder ${volume}
[ -z "$folder" ] || (cd "$folder" && sha256sum -- [0-9]* 2>/dev/null || true)`,
    { title: 'list the Fernet keys' },
  )
  const lines = stdout.split('\n').filter((line) => line !== '')
  return {
    host: remote.host,
    names: lines.map((line) => line.split(/\s+/)[1] ?? ''),
    digest: keyedDigest(digestKey, lines.join('\n')),
  }
}

/**
 * Makes a first primary key and a staged one, as `keystone-manage fernet_setup` does (which takes a container and
 * seconds for it): 32 random bytes each, in base64 for URLs. Key 0 comes last: members wait for it.
 */
export async function createFernetKeys(remote: Remote): Promise<void> {
  await runOnVolumes(remote, create, { title: 'create Fernet keys' })
}

/** The keys as an archive. Secret: it goes to other members and nowhere else. */
export async function takeFernetKeys(remote: Remote): Promise<string> {
  return runOnVolumes(
    remote,
    `find_folder ${volume}
cd "$folder" && tar -c --owner=42425 --group=42425 -- [0-9]* | base64`,
    { title: 'take the Fernet keys' },
  )
}

/** Puts another member's keys in the place of this one's, in an order that leaves no token without its key. */
export async function giveFernetKeys(remote: Remote, archive: string): Promise<void> {
  await runOnVolumes(remote, receive, { title: 'receive the Fernet keys', input: archive })
}

/** Owner is Kolla's keystone, 42425. */
const repository = `
set -o errexit -o pipefail
umask 077
docker volume create ${volume} >/dev/null
find_folder ${volume}
chown 42425:42425 "$folder"
chmod 770 "$folder"
staging=$(mktemp -d "$folder/.receiving.XXXXXX")
trap 'rm -rf "$staging"' EXIT
`

const create = `${repository}
for name in 1 0; do
  head -c 32 /dev/urandom | base64 | tr '+/' '-_' | tr -d '\\n' > "$staging/$name"
  chown 42425:42425 "$staging/$name"
  mv -n "$staging/$name" "$folder/$name"
done
`

/** Keys that the giver does not have any more are removed last, so that no token is left without its key. */
const receive = `${repository}
base64 -d | tar -x -C "$staging" --same-owner
for key in "$folder"/[0-9]*; do
  [ -e "$staging/\${key##*/}" ] || gone+=("$key")
done
mv -f "$staging"/* "$folder/"
[ -z "\${gone:-}" ] || rm -f -- "\${gone[@]}"
`
