import { sh } from '../ssh/quote.js'
import type { Remote } from '../ssh/remote.js'

/** The IPv4 address that a host takes each name for, which is the first of several; none where it knows none. */
export async function resolveNames(
  remote: Remote,
  names: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const { stdout } = await remote.runOrFail(sh`names=(${names})\n` + script, {
    title: `look up ${names.join(', ')}`,
  })
  const answers = stdout.split('\n').map((line) => line.split(' '))
  return new Map(answers.flatMap(([name, address]) => (name && address ? [[name, address]] : [])))
}

const script = `
for name in "\${names[@]}"; do
  {
    read -r address _ < <(timeout 20 getent ahostsv4 "$name")
    echo "$name $address"
  } &
done
wait
`
