import { sh } from '../ssh/quote.js'
import type { Remote } from '../ssh/remote.js'

/**
 * Which of these addresses nobody answers on, as the host sees it. A refused connection is an answer too, so any port
 * will do.
 */
export async function unreachable(
  remote: Remote,
  addresses: readonly string[],
): Promise<readonly string[]> {
  if (addresses.length === 0) return []
  const { stdout } = await remote.runOrFail(sh`addresses=(${addresses})\n` + script, {
    title: `reach ${addresses.join(', ')}`,
  })
  return stdout.split('\n').filter(Boolean)
}

const script = `
for address in "\${addresses[@]}"; do
  {
    said=$(timeout 5 bash -c 'exec 3<>"/dev/tcp/$1/22"' bash "$address" 2>&1)
    [[ $? == 0 || $said == *'Connection refused'* ]] || echo "$address"
  } &
done
wait
`
