/**
 * Command of a one-shot container of Keystone's images: configuration first, then the folder of the log, which otherwise
 * Kolla's start script makes, then the script. `args` are its `"$@"`.
 */
export function keystoneOneShot(script: string, ...args: readonly string[]): readonly string[] {
  const log = '/var/log/kolla/keystone/keystone.log'
  const lines = [
    'set -o errexit',
    'sudo -E kolla_set_configs',
    'mkdir -p /var/log/kolla/keystone',
    `touch ${log}`,
    'chown keystone:kolla /var/log/kolla/keystone',
    `chown keystone:keystone ${log}`,
    script,
  ]
  return ['bash', '-c', lines.join('\n'), 'bash', ...args]
}
