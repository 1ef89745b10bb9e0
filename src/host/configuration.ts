import { buffer } from 'node:stream/consumers'
import { pack } from 'tar-stream'
import { folderOf } from '../catalog/container.js'
import type { Container } from '../catalog/container.js'
import { sh } from '../ssh/quote.js'
import type { Remote } from '../ssh/remote.js'

type Configured = Pick<Container, 'name' | 'folder' | 'files'>

export interface WriteOptions {
  /** `/etc/kolla` by default. */
  readonly root?: string
  readonly signal?: AbortSignal
}

/**
 * Makes the containers' folders below `/etc/kolla` hold their files and no others, in one stream. Only files that
 * differ in content, mode or owner are touched, each by one rename: a folder is mounted in a running container, which
 * would never see a new folder put in its place. May be killed and repeated.
 *
 * @returns paths below the root that were written or removed, sorted
 */
export async function writeConfiguration(
  remote: Remote,
  containers: readonly Configured[],
  { root = '/etc/kolla', signal }: WriteOptions = {},
): Promise<string[]> {
  const names = containers.map(folderOf)
  if (names.length === 0) return []
  const { stdout } = await remote.runOrFail(sh`root=${root}\nnames=(${names})\n` + script, {
    title: `write the configuration of ${names.join(', ')}`,
    input: await archive(containers),
    ...(signal && { signal }),
  })
  return stdout.split('\n').filter(Boolean).sort()
}

function archive(containers: readonly Configured[]): Promise<Buffer> {
  const tar = pack()
  for (const container of containers) {
    const { files } = container
    const name = folderOf(container)
    tar.entry({ name: `${name}/`, type: 'directory', mode: 0o700 })
    const folders = new Set(files.flatMap(({ path }) => foldersOf(path)))
    for (const folder of [...folders].sort()) {
      tar.entry({ name: `${name}/${folder}/`, type: 'directory', mode: 0o700 })
    }
    for (const { path, content, mode } of files) {
      tar.entry({ name: `${name}/${path}`, mode }, content)
    }
  }
  tar.finalize()
  return buffer(tar)
}

/** `a/b/c` lies in `a` and `a/b`. */
function foldersOf(path: string): string[] {
  const parts = path.split('/').slice(0, -1)
  if (path.startsWith('/') || parts.includes('..'))
    throw new RangeError(`${path} leaves its folder`)
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'))
}

/** The staging folder lies on the same file system, so that a rename is all that a reader can see of a change. */
const script = `
set -euo pipefail
umask 077
[[ -d $root ]] || mkdir -p -m 755 -- "$root"
cd -- "$root"
exec 9>.kolla-temporal.lock
flock 9
staging=.kolla-temporal.staging
trap 'rm -rf -- "$staging"' EXIT
rm -rf -- "$staging"
mkdir -- "$staging"
tar --extract --numeric-owner --same-permissions --directory "$staging"

# Mode, owner and digest by path.
declare -A wanted=() present=()
look() {
  local -n files=$1
  local attributes digest path
  while read -r attributes path; do
    files[$path]=$attributes
  done < <(find "\${names[@]}" -type f -printf '%m:%U:%G %p\\n' 2>/dev/null)
  while read -r digest path; do
    files[$path]+=" $digest"
  done < <(find "\${names[@]}" -type f -exec sha256sum -- {} + 2>/dev/null)
}
cd -- "$staging"
look wanted
mapfile -t folders < <(find "\${names[@]}" -type d | sort)
cd ..
look present

for folder in "\${folders[@]}"; do
  [[ -d $folder && ! -L $folder ]] || { rm -rf -- "$folder"; mkdir -- "$folder"; }
done
chmod 700 -- "\${folders[@]}"
for path in "\${!wanted[@]}"; do
  [[ \${present[$path]-} == "\${wanted[$path]}" ]] && continue
  [[ -d $path && ! -L $path ]] && rm -rf -- "$path"
  mv -fT -- "$staging/$path" "$path"
  echo "$path"
done
while read -r path; do
  [[ \${wanted[$path]-} ]] && continue
  rm -f -- "$path"
  echo "$path"
done < <(find "\${names[@]}" ! -type d)
while read -r folder; do
  [[ -d $staging/$folder ]] || rmdir -- "$folder"
done < <(find "\${names[@]}" -depth -type d)
`
