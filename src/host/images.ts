import { sh } from '../ssh/quote.js'
import type { Remote } from '../ssh/remote.js'

/** Removes images by their repository digests; the engine keeps those that a container uses. */
export async function removeImages(remote: Remote, digests: readonly string[]): Promise<void> {
  if (digests.length === 0) return
  await remote.runOrFail(
    sh`digests=(${digests})
docker version >/dev/null 2>&1 || exit 0
used=$(docker ps --all --quiet --no-trunc | xargs -r docker inspect --format '{{.Image}}')
docker images --no-trunc --digests --format '{{.ID}} {{.Repository}} {{.Tag}} {{.Digest}}' |
  while read -r id repository tag digest; do
    [[ " \${digests[*]} " == *" $digest "* && $used != *"$id"* ]] || continue
    docker rmi "$repository@$digest" >/dev/null
    [[ $tag == '<none>' ]] || docker rmi "$repository:$tag" >/dev/null 2>&1 || true
  done`,
    { title: 'remove images' },
  )
}
