import { runonce } from '../../plan/runonce.js'
import { sh } from '../../ssh/quote.js'
import type { Remote } from '../../ssh/remote.js'
import type { OpenStackApi } from '../openstack-api.js'
import type { Outcome } from './thing.js'

interface Image {
  readonly id: string
  readonly status: string
  readonly os_hash_value?: string | null
}

const what = `image ${runonce.image}`

/** The file of a host that the image is made from. */
export interface ImageSource {
  readonly remote: Remote
  /** OpenStack, asked from that host. */
  readonly upload: OpenStackApi
  /** Absolute path; made by `make` where it is missing, if that is given. */
  readonly file: string
  readonly make?: () => Promise<void>
  readonly signal: AbortSignal
  readonly onProgress: (line: string) => void
}

/** The image that machines boot from. One whose upload was interrupted is made anew. */
export async function ensureImage(api: OpenStackApi, source: ImageSource): Promise<Outcome> {
  const { images } = await api.call<{ images: readonly Image[] }>(
    'GET',
    'image',
    `images?name=${runonce.image}`,
  )
  const unfinished = images.filter(({ status }) => ['queued', 'saving', 'killed'].includes(status))
  const present = images.find((image) => !unfinished.includes(image))
  if (present) return compareWith(source, present)
  for (const { id } of unfinished) await api.call('DELETE', 'image', `images/${id}`)
  const { remote, upload, file, signal, onProgress } = source
  let seen = await lookAt(remote, file)
  if (!seen && source.make) {
    await source.make()
    seen = await lookAt(remote, file)
  }
  if (!seen) throw new Error(`${remote.host} has no file ${file}: put the image there`)
  const { id } = await api.call<Image>('POST', 'image', 'images', {
    name: runonce.image,
    disk_format: seen.format,
    container_format: 'bare',
    visibility: 'public',
    os_type: 'linux',
  })
  onProgress(`uploading ${Math.ceil(seen.bytes / 2 ** 20)} MiB`)
  await upload.upload(id, file, signal)
  return { what, state: 'made' }
}

/** An image that was there is compared with the file, where that is. */
async function compareWith({ remote, file }: ImageSource, present: Image): Promise<Outcome> {
  if (present.status !== 'active') {
    return { what, state: 'found', differs: `it is ${present.status}` }
  }
  const hash = present.os_hash_value ?? ''
  if (hash === '') return { what, state: 'found' }
  const { stdout } = await remote.runOrFail(
    sh`[[ ! -f ${file} ]] || sha512sum -- ${file} | cut -d ' ' -f 1`,
    { title: `compare ${file}` },
  )
  const differs = stdout.trim() !== '' && stdout.trim() !== hash
  const reason = `it was made from something else than ${file} on ${remote.host}`
  return { what, state: 'found', ...(differs && { differs: reason }) }
}

/** Undefined where there is no such file. */
async function lookAt(
  remote: Remote,
  file: string,
): Promise<{ readonly bytes: number; readonly format: 'raw' | 'qcow2' } | undefined> {
  const { stdout } = await remote.runOrFail(
    sh`[[ ! -f ${file} ]] || { stat --format %s -- ${file}; head --bytes 3 -- ${file} | od -An -c; }`,
    { title: `look at ${file}` },
  )
  const [bytes, magic = ''] = stdout.trim().split('\n')
  if (bytes === undefined || bytes === '') return undefined
  return { bytes: Number(bytes), format: /^\s*Q\s+F\s+I/.test(magic) ? 'qcow2' : 'raw' }
}
