import { sh } from '../ssh/quote.js'
import type { Remote } from '../ssh/remote.js'

/**
 * What a script prints in a container of an image that the host has: without network, volumes and traces.
 *
 * @throws RemoteError when it fails
 */
export async function askImage(
  remote: Remote,
  image: string,
  script: string,
  signal?: AbortSignal,
): Promise<string> {
  const { stdout } = await remote.runOrFail(
    sh`docker run --rm --network none --entrypoint bash ${image} -c ${script}`,
    { title: `look into ${image}`, timeoutMs: 120_000, ...(signal && { signal }) },
  )
  return stdout
}
