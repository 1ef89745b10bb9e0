import { sh } from '../ssh/quote.js'
import type { Remote } from '../ssh/remote.js'

export async function holdsAddress(remote: Remote, address: string): Promise<boolean> {
  const { stdout } = await remote.runOrFail(sh`ip -4 -o address show to ${address}`, {
    title: `look for ${address}`,
  })
  return stdout.trim() !== ''
}

/**
 * Waits a while for the floating address to come to a host, and if it does, ends the host's own connections to who had
 * it before: answers to them now come from an address of the host itself, so the kernel drops them, and whoever waits
 * for one would wait for minutes.
 */
export async function receiveAddress(
  remote: Remote,
  address: string,
  { seconds }: { readonly seconds: number },
): Promise<void> {
  await remote.runOrFail(
    sh`address=${address} deadline=${seconds}
while ((SECONDS < deadline)); do
  if [[ $(ip -4 -o address show to "$address") ]]; then
    ss --kill --tcp --numeric state established dst "$address" >/dev/null 2>&1
    exit 0
  fi
  sleep 0.05
done
exit 0`,
    { title: `receive ${address}` },
  )
}
