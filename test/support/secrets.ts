import { expect } from 'vitest'
import type { Installation } from './installation.js'
import { hosts, onHost } from './lab.js'

/** Writes down every command line that runs on a host, every `pause` seconds, until it is stopped. */
export class ProcessListRecorder {
  constructor(
    private readonly host: string,
    private readonly pause = 0.2,
  ) {}

  async start(): Promise<void> {
    const look = "cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\\0' ' '; echo"
    const script = `while [ -e /root/recording ]; do ${look}; sleep ${this.pause}; done > /root/processes`
    await onHost(
      this.host,
      `touch /root/recording; nohup bash -c ${quoted(script)} >/dev/null 2>&1 &`,
    )
  }

  /** All that was seen. */
  async stop(): Promise<string> {
    return onHost(
      this.host,
      'rm /root/recording; sleep 0.5; cat /root/processes; rm /root/processes',
    )
  }
}

/** Starts a recorder on every host. Returns what stops them, and tells what each has seen. */
export async function recordProcesses(): Promise<() => Promise<string[]>> {
  const recorders = hosts.map((host) => new ProcessListRecorder(host))
  await Promise.all(recorders.map((recorder) => recorder.start()))
  return () => Promise.all(recorders.map((recorder) => recorder.stop()))
}

/**
 * No secret is in a history, a log, a file that others read, or in the command lines that were recorded on each host;
 * and each of these was there to be searched.
 */
export async function expectNoSecretShown(
  secrets: readonly string[],
  installation: Installation,
  recorded: readonly string[],
): Promise<void> {
  const processes = recorded.map((text, index) => [`processes of ${hosts[index]}`, text] as const)
  const history = await installation.histories()
  const logs = await installation.logs()
  for (const [where, text] of [['history', history], ['logs', logs], ...processes] as const) {
    expect(text.length, where).toBeGreaterThan(100)
    const leaked = secrets.filter((secret) => text.includes(secret))
    expect(leaked.length, `secrets in ${where}`).toBe(0)
  }
  for (const host of hosts) expect(await readableByOthers(host, secrets), host).toEqual([])
}

/** Files of a host that hold one of the secrets and can be read by somebody who is not root. */
async function readableByOthers(host: string, secrets: readonly string[]): Promise<string[]> {
  const folders = '/etc /home /opt /root /run /srv /tmp /usr/local /var'
  const find = `setpriv --reuid=65534 --regid=65534 --clear-groups grep -rlIF -f - ${folders} 2>/dev/null || true`
  const found = await onHost(host, find, secrets.join('\n') + '\n')
  return found.split('\n').filter((line) => line !== '')
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}
