import { readFile } from 'node:fs/promises'

/**
 * When a process started, in the kernel's own count (field 22 of /proc/PID/stat, see proc(5)) within this boot:
 * together with the id it names one process for ever. Undefined when it is gone, or ended and not yet reaped.
 */
export async function processStart(pid: number): Promise<string | undefined> {
  try {
    const [text, boot] = await Promise.all([
      readFile(`/proc/${pid}/stat`, 'utf8'),
      readFile('/proc/sys/kernel/random/boot_id', 'utf8'),
    ])
    // The second field is the program's name in parentheses and may contain anything.
    const [state, ...fields] = text.slice(text.lastIndexOf(')') + 2).split(' ')
    return state === 'Z' ? undefined : `${boot.trim()}/${fields[18] ?? ''}`
  } catch {
    return undefined
  }
}
