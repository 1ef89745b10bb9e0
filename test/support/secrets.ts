import { onHost } from './lab.js'

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

/** Files of a host that hold one of the secrets and can be read by somebody who is not root. */
export async function readableByOthers(
  host: string,
  secrets: readonly string[],
): Promise<string[]> {
  const folders = '/etc /home /opt /root /run /srv /tmp /usr/local /var'
  const find = `setpriv --reuid=65534 --regid=65534 --clear-groups grep -rlIF -f - ${folders} 2>/dev/null || true`
  const found = await onHost(host, find, secrets.join('\n') + '\n')
  return found.split('\n').filter((line) => line !== '')
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}
