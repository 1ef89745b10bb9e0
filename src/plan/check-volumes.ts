import type { Finding } from '../model/finding.js'
import type { ObservedHost } from '../model/observed-host.js'

/**
 * A volume that Docker mounts only while a container uses it shows an empty folder at any other time: what is full would
 * be taken for empty, and what is put there would lie below the mount.
 */
export function checkVolumes(observed: readonly ObservedHost[]): Finding[] {
  return observed.flatMap(({ facts, mounted = {} }) =>
    Object.entries(mounted).map(([volume, how]) => ({
      severity: 'error' as const,
      host: facts.name,
      message: `the volume ${volume} is mounted by Docker only while a container uses it (${how}), so that nobody can see what it holds: copy its files into a volume of that name without options; docker_runtime_directory puts all volumes on another disk`,
    })),
  )
}
