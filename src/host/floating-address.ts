import { sh } from '../ssh/quote.js'
import type { Remote } from '../ssh/remote.js'

export async function holdsAddress(remote: Remote, address: string): Promise<boolean> {
  const { stdout } = await remote.runOrFail(sh`ip -4 -o address show to ${address}`, {
    title: `look for ${address}`,
  })
  return stdout.trim() !== ''
}

/**
 * Ends a host's own connections to the floating address. Where the address leaves the host, their own end goes with it;
 * where it comes to the host, answers come from an address of its own, and the kernel drops them. Either way whoever
 * waits for one would wait for minutes.
 */
export async function cutConnections(remote: Remote, address: string): Promise<void> {
  await remote.runOrFail(sh`address=${address}` + cut, {
    title: `end connections to ${address}`,
  })
}

/** Waits a while for the floating address to come to a host; if it does, ends the host's connections to it. */
export async function receiveAddress(
  remote: Remote,
  address: string,
  { seconds }: { readonly seconds: number },
): Promise<void> {
  await remote.runOrFail(
    `${sh`address=${address} deadline=${seconds}`}
until [[ $(ip -4 -o address show to "$address") ]]; do
  ((SECONDS < deadline)) || exit 0
  sleep 0.05
done${cut}`,
    { title: `receive ${address}` },
  )
}

const cut = `
ss --kill --tcp --numeric state established dst "$address" >/dev/null 2>&1
exit 0`
