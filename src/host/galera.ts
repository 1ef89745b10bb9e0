import { backupVolume, preparedVolume, replacedVolume } from '../catalog/mariabackup.js'
import type { GaleraMember } from '../plan/galera.js'
import { sh } from '../ssh/quote.js'
import type { Remote } from '../ssh/remote.js'
import { lookAtDatabase, parseDatabase } from './observe/database.js'
import { runOnVolumes } from './volume.js'

/**
 * What a Galera member's volumes hold, and whether it is Synced or serves at least. The last transaction is what
 * `grastate.dat` tells: -1 while the member runs, after a crash, and where there is none.
 *
 * @throws UnusableVolume
 */
export async function inspectGalera(
  remote: Remote,
  { container, volume }: { container: string; volume: string },
): Promise<GaleraMember> {
  const names = sh`container=${container} volumes=(${[volume, backupVolume, preparedVolume, replacedVolume]})`
  const stdout = await runOnVolumes(remote, `${lookAtDatabase}${names}\n${inspection}`, {
    title: `inspect ${container}`,
  })
  const lines = stdout.split('\n')
  const { database, seqno } = parseDatabase(lines)
  return {
    host: remote.host,
    ...database,
    seqno,
    running: lines.includes('running=true'),
    synced: lines.includes('wsrep_local_state_comment=Synced'),
    serving: lines.includes('wsrep_cluster_status=Primary') && lines.includes('wsrep_ready=ON'),
  }
}

const inspection = `
running=$(docker container inspect -f '{{.State.Running}}' "$container" 2>/dev/null)
folders=()
for volume in "\${volumes[@]}"; do
  find_folder "$volume"
  folders+=("$folder")
done
echo "running=$running"
look_at_database "\${folders[@]}"
[ "$running" != true ] ||
  docker exec "$container" mariadb -NBe "SHOW STATUS WHERE Variable_name IN ('wsrep_local_state_comment', 'wsrep_cluster_status', 'wsrep_ready')" 2>/dev/null |
    tr '\\t' =
true
`

/** Galera refuses to begin a cluster with a member that was not the last to leave, unless told that it is safe. */
export async function markSafeToBootstrap(remote: Remote, volume: string): Promise<void> {
  await runOnVolumes(
    remote,
    sh`find_folder ${volume}
[ ! -e "$folder/grastate.dat" ] || sed -i 's/^safe_to_bootstrap: .*/safe_to_bootstrap: 1/' "$folder/grastate.dat"`,
    { title: 'mark the member with the newest data' },
  )
}
