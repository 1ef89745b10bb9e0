import { constants } from 'node:fs'
import { open } from 'node:fs/promises'

/** What is there is no file, or none that anybody would write; the message goes on a sentence about it. */
export class FileRefused extends Error {}

/**
 * Reads a file that is one: a pipe or a device would never end, and four such reads are all that a process can have open
 * at once. Opening without blocking and asking the opened file leaves no moment in which it could become another.
 *
 * @throws FileRefused, in a few words; what `open` throws
 */
export async function readRegularFile(path: string, most: number): Promise<Buffer> {
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK)
  try {
    const kind = await file.stat()
    if (kind.isDirectory()) throw new FileRefused('this is a directory: name a file')
    if (!kind.isFile()) throw new FileRefused('this is a pipe or a device: name a file')
    if (kind.size > most)
      throw new FileRefused(`this is larger than ${most / 1024} KiB, as no such file is`)
    const buffer = Buffer.alloc(kind.size)
    let length = 0
    for (;;) {
      const { bytesRead } = await file.read(buffer, length, kind.size - length, length)
      length += bytesRead
      if (bytesRead === 0 || length === kind.size) return buffer.subarray(0, length)
    }
  } finally {
    await file.close()
  }
}
