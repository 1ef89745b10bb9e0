/**
 * Command of a one-shot container of a service's image: configuration and folders of logs first, as Kolla's own start
 * script sees to them, then the script.
 */
export function oneShotCommand(script: string): readonly string[] {
  const lines = ['set -o errexit', 'sudo -E kolla_set_configs', '. kolla_extend_start', script]
  return ['bash', '-c', lines.join('\n')]
}
