import type { Finding } from '../model/finding.js'

/** What goes wrong between us and a host. `retryable`: the same call may succeed without anybody's doing. */
export abstract class HostError extends Error {
  abstract readonly retryable: boolean

  constructor(
    /** Inventory name. */
    readonly host: string,
    message: string,
    options?: ErrorOptions,
  ) {
    super(`${host}: ${message}`, options)
    this.name = new.target.name
  }
}

/** A host's error names the host, and so does a finding. */
export function hostFinding({ host, message }: HostError): Finding {
  return { severity: 'error', host, message: message.replace(`${host}: `, '') }
}

/** Refused, timed out, no route, unknown name. */
export class HostUnreachable extends HostError {
  readonly retryable = true
}

/** The key or the user is not accepted, or the private key cannot be read. */
export class LoginRefused extends HostError {
  readonly retryable = false
}

/** No key of the host is on record. */
export class HostKeyUnknown extends HostError {
  readonly retryable = false

  constructor(
    host: string,
    readonly fingerprint: string,
  ) {
    super(
      host,
      `host key ${fingerprint} is not on record; check it and run \`kolla-temporal trust\``,
    )
  }
}

/** The host shows another key than the one on record: reinstalled, or somebody in between. */
export class HostKeyChanged extends HostError {
  readonly retryable = false

  constructor(
    host: string,
    readonly recorded: string,
    readonly shown: string,
  ) {
    super(
      host,
      `host key changed: ${recorded} is on record, the host shows ${shown}; if it was reinstalled, ` +
        'check the key and run `kolla-temporal trust --replace`',
    )
  }
}

/** The connection broke while something ran; whether it had an effect is unknown. */
export class ConnectionLost extends HostError {
  readonly retryable = true
}

/** `sudo` asks for a password, or does not allow the user. */
export class SudoRefused extends HostError {
  readonly retryable = false
}

/** A script ended with another exit code than 0, or what it printed shows that it has not done what it was to. */
export class RemoteError extends HostError {
  readonly retryable: boolean = true

  constructor(
    host: string,
    /** What ran, in a few words. */
    readonly command: string,
    readonly exitCode: number,
    /** Last lines of its output. */
    readonly tail: readonly string[],
  ) {
    const end = `${command} ended with exit code ${exitCode}${exitCode === 0 ? ', and yet' : ''}`
    super(host, [end, ...tail].join('\n  '))
  }
}

/** A script printed more than anybody could want to know and was stopped: something is wrong there. */
export class TooMuchOutput extends HostError {
  readonly retryable = false

  constructor(
    host: string,
    readonly command: string,
    most: number,
  ) {
    super(
      host,
      `${command} printed more than ${most / 2 ** 20} MiB and was stopped: look why, there`,
    )
  }
}

/** A script did not end in time and was stopped. */
export class RemoteTimeout extends HostError {
  readonly retryable = true

  constructor(
    host: string,
    readonly command: string,
    timeoutMs: number,
    readonly tail: readonly string[],
  ) {
    super(host, [`${command} did not end within ${timeoutMs / 1000} s`, ...tail].join('\n  '))
  }
}
