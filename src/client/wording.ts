import type { Waiting } from '../../workflows/operations.js'
import type { Step } from './events.js'

export function stepName({ verb, summary }: Step): string {
  return summary ? `${verb} ${summary}` : verb
}

/** `8.1s`, `4m05s`, `2h03m` */
export function formatSeconds(seconds: number): string {
  if (seconds < 60) return `${seconds.toFixed(1)}s`
  const whole = Math.round(seconds)
  const pad = (n: number) => String(n).padStart(2, '0')
  if (whole < 3600) return `${Math.floor(whole / 60)}m${pad(whole % 60)}s`
  return `${Math.floor(whole / 3600)}h${pad(Math.floor((whole % 3600) / 60))}m`
}

/** The command line's verb for an operation, as kolla-ansible calls it. */
export function verbOf(operation: string): string {
  if (operation === 'prepareHosts') return 'bootstrap-servers'
  return operation === 'buildImages' ? 'build' : kebab(operation)
}

/** `mariadb-backup` of `mariadbBackup` */
export function kebab(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
}

/** What a person can answer, as commands. */
export function answersTo({ kind, plan, step = '' }: Waiting): string {
  const name = `--step "${step}"`
  switch (kind) {
    case 'approval':
    case 'canary':
      return `\`kolla-temporal approve ${plan === undefined ? name : `--plan ${plan}`}\`, or \`abort\``
    case 'failure':
      return `mend the cause, then \`kolla-temporal decide retry ${name}\`; or \`decide skip|rollback|abort ${name}\``
    case 'paused':
      return '`kolla-temporal resume`'
  }
}
