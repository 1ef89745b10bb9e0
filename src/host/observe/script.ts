import { raw, sh } from '../../ssh/quote.js'
import { backupVolume, preparedVolume, replacedVolume } from '../../catalog/mariabackup.js'
import { askEngine } from '../ask-engine.js'
import { listOneShotNotes } from '../one-shot-notes.js'
import { cephScript } from './ceph-script.js'
import type { CephQuestions } from './ceph-script.js'
import { lookAtDatabase } from './database.js'
import { drainedScript } from './drained-script.js'
import { factsScript } from './facts-script.js'
import { hypervisorScript } from './hypervisor.js'

/** The lines of one section of what the script printed; none where the host had nothing to say. */
export type Sections = (name: SectionName) => string[]

export type SectionName =
  | 'os-release'
  | 'hostname'
  | 'cpus'
  | 'memory'
  | 'interfaces'
  | 'default-route'
  | 'openvswitch'
  | 'hypervisor'
  | 'listeners'
  | 'processes'
  | 'files'
  | 'digests'
  | 'engine'
  | 'docker'
  | 'containers'
  | 'images'
  | 'volumes'
  | 'one-shots'
  | 'drained'
  | 'database'
  | 'ceph-disks'
  | 'ceph-monitor'

const mark = '@@ '

/** Bash that begins a section. */
export const sectionFunction = `section() { printf '${mark}%s\\n' "$1"; }`

export function splitSections(output: string): Sections {
  const sections = new Map<string, string[]>()
  let current: string[] = []
  for (const line of output.split('\n')) {
    const section = sectionOf(line)
    if (section !== undefined) sections.set(section, (current = []))
    else if (line !== '') current.push(line)
  }
  return (name) => sections.get(name) ?? []
}

/** The section that a line begins, if it begins one. */
export function sectionOf(line: string): SectionName | undefined {
  return line.startsWith(mark) ? (line.slice(mark.length) as SectionName) : undefined
}

const databaseVolumes = (galeraVolume: string) => [
  galeraVolume,
  backupVolume,
  preparedVolume,
  replacedVolume,
]

/** Volumes in which hosts look, or write, by their folders. */
export const lookedInto = (galeraVolume: string) => [
  ...databaseVolumes(galeraVolume),
  'ceph_mon',
  'ceph_mon_config',
  'keystone_fernet_tokens',
]

export const factsOnlyScript = `${sectionFunction}\n${factsScript}\nexit 0\n`

const paths = {
  containers: 'containers/json?all=1',
  volumes: 'volumes',
  images: 'images/json',
} as const

/** Docker's answers are gathered while the shell asks the kernel. */
export function observationScript({
  folders,
  images,
  root,
  notes,
  galeraVolume,
  ceph,
}: {
  /** Whether Docker is asked for its images, too. */
  readonly images: boolean
  /** Below `root`; may end with `*`. */
  readonly folders: readonly string[]
  readonly root: string
  readonly notes: string
  readonly galeraVolume: string
  readonly ceph: Omit<CephQuestions, 'fsid'>
}): string {
  const answers = images
    ? (['containers', 'volumes', 'images'] as const)
    : (['containers', 'volumes'] as const)
  const questions = answers.map((answer) => paths[answer])
  const dataFolders = raw(
    databaseVolumes(galeraVolume)
      .map((name) => sh`"$(folder_of ${name})"`)
      .join(' '),
  )
  return sh`
${raw(sectionFunction)}
${raw(lookAtDatabase)}
${raw(askEngine)}
! hash docker 2>/dev/null || exec {engine}< <(ask_engine 0 info ${questions})

${raw(factsScript)}
${raw(hypervisorScript)}
listening=$(ss --no-header --listening --tcp --numeric --processes)
section listeners; printf '%s\n' "$listening"
section processes
while [[ $listening =~ pid=([0-9]+) ]]; do
  pid=${raw('${BASH_REMATCH[1]}')}
  listening=${raw('${listening//pid=$pid,/}')}
  while read -r group; do
    [[ $group =~ ([0-9a-f]{64}) ]] && { echo "$pid ${raw('${BASH_REMATCH[1]}')}"; break; }
  done 2>/dev/null </proc/$pid/cgroup
done

folders=()
for name in ${folders}; do
  # OSDs have their number in the name.
  for folder in ${root}/$name; do [[ -d $folder ]] && folders+=("${raw('${folder##*/}')}"); done
done
if ((${raw('${#folders[@]}')})); then
  cd -- ${root}
  section files; find "${raw('${folders[@]}')}" -printf '%y %m %U:%G %p\n'
  section digests; find "${raw('${folders[@]}')}" -type f -exec sha256sum -- {} +
fi

section one-shots${raw(listOneShotNotes(root))}
[[ ! $engine ]] || section engine
docker_root='"DockerRootDir":"([^"]+)"' docker_version='"ServerVersion":"([^"]+)"'
if [[ $engine ]] && read -r -u $engine info && [[ $info =~ $docker_root ]]; then
  docker=('' "${raw('${BASH_REMATCH[1]}')}")
  [[ ! $info =~ $docker_version ]] || docker[0]=${raw('${BASH_REMATCH[1]}')}
  section docker
  printf '%s\n' "${raw('${docker[@]}')}"
  read -r free block < <(stat --file-system --format '%a %S' -- "${raw('${docker[1]}')}")
  echo $((free * block))
  for answer in ${answers}; do
    section $answer
    ! read -r -u $engine line || printf '%s\n' "$line"
  done
  section database
  folder_of() { echo "${raw('${docker[1]}')}/volumes/$1/_data"; }
  look_at_database ${dataFolders}
fi
${raw(drainedScript(notes))}
${raw(cephScript(ceph))}
exit 0
`
}
