import type { Globals } from '../model/globals.js'

/** What differs between images of the Debian family and those of the Red Hat family. */
function debian({ kolla_base_distro: distro }: Globals): boolean {
  return distro === 'debian' || distro === 'ubuntu'
}

export const cronCommand = (globals: Globals) => (debian(globals) ? 'cron -f' : 'crond -s -n')

export const rootCrontab = (globals: Globals) =>
  debian(globals) ? '/var/spool/cron/crontabs/root' : '/var/spool/cron/root'

export const myCnf = (globals: Globals) => (debian(globals) ? '/etc/mysql/my.cnf' : '/etc/my.cnf')

export const galeraLibrary = (globals: Globals) =>
  `/usr/lib${debian(globals) ? '' : '64'}/galera/libgalera_smm.so`

export const uwsgiPlugins = (globals: Globals) =>
  debian(globals) ? '/usr/lib/uwsgi/plugins' : '/usr/lib64/uwsgi'
