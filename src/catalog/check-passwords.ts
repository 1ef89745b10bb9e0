import type { Cloud } from '../model/cloud.js'
import type { Finding } from '../model/finding.js'
import { keystone } from './keystone.js'

/** Passwords that a service cannot work with, whatever we do. */
export function checkPasswords(cloud: Cloud): Finding[] {
  const key = 'keystone_database_password'
  const secret = cloud.passwords[key]
  if (!keystone.enabled(cloud.globals) || typeof secret !== 'string') return []
  // keystone-manage db_sync takes the URL as it stands for a template of configparser: it dies of any %, and an @ in a
  // password has to be written as %40.
  if (!/[@%]/.test(secret)) return []
  return [
    {
      severity: 'error',
      file: 'passwords.yml',
      message: `${key} contains @ or %, which Keystone's schema migrations can't take: choose one without, such as genpwd does`,
    },
  ]
}
