import { installingMark } from '../catalog/mariadb.js'
import type { GaleraMember } from '../plan/galera.js'
import { sh } from '../ssh/quote.js'
import type { Remote } from '../ssh/remote.js'

/**
 * What a Galera member's volume holds and whether it is Synced. The last transaction is what `grastate.dat` tells: -1
 * while the member runs, after a crash, and where there is none.
 */
export async function inspectGalera(
  remote: Remote,
  { container, volume }: { container: string; volume: string },
): Promise<GaleraMember> {
  const names = sh`container=${container} volume=${volume} mark=${installingMark}`
  const { stdout } = await remote.runOrFail(`${names}\n${inspection}`, {
    title: `inspect ${container}`,
  })
  const seen = new Map(stdout.split('\n').map((line) => line.split('=') as [string, string]))
  return {
    host: remote.host,
    data: (seen.get('data') ?? 'none') as GaleraMember['data'],
    running: seen.get('running') === 'true',
    synced: seen.get('state') === 'Synced',
    view: seen.get('view') === 'known',
    seqno: Number(seen.get('seqno') || -1),
  }
}

const inspection = `
docker version >/dev/null || exit 1
running=$(docker container inspect -f '{{.State.Running}}' "$container" 2>/dev/null)
folder=
if [ -n "$(docker volume ls --quiet --filter "name=^$volume$")" ]; then
  folder=$(docker volume inspect -f '{{.Mountpoint}}' "$volume") || exit 1
fi
data=none
if [ -n "$folder" ] && [ -n "$(ls -A "$folder")" ]; then
  data=complete
  [ ! -e "$folder/$mark" ] || data=unfinished
fi
echo "running=$running"
echo "data=$data"
[ ! -e "$folder/gvwstate.dat" ] || echo view=known
[ ! -e "$folder/grastate.dat" ] || sed -n 's/^seqno: *\\(-\\{0,1\\}[0-9]\\{1,\\}\\) *$/seqno=\\1/p' "$folder/grastate.dat"
[ "$running" != true ] ||
  docker exec "$container" mariadb -NBe "SHOW STATUS LIKE 'wsrep_local_state_comment'" 2>/dev/null |
    sed 's/.*\\t/state=/'
true
`

/** Galera refuses to begin a cluster with a member that was not the last to leave, unless told that it is safe. */
export async function markSafeToBootstrap(remote: Remote, volume: string): Promise<void> {
  await remote.runOrFail(
    sh`state=$(docker volume inspect -f '{{.Mountpoint}}' ${volume})/grastate.dat
[ ! -e "$state" ] || sed -i 's/^safe_to_bootstrap: .*/safe_to_bootstrap: 1/' "$state"`,
    { title: 'mark the member with the newest data' },
  )
}
