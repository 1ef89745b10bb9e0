import { stringify } from 'yaml'
import type { Cloud } from '../model/cloud.js'
import { password } from '../model/passwords.js'
import { keystoneUrl } from './keystone-url.js'

/** What kolla-ansible's `post-deploy` writes, by name. Each holds the administrator's password: for files of mode 0600. */
export function accessFiles(cloud: Cloud): Readonly<Record<string, string>> {
  return {
    'admin-openrc.sh': openrc(cloud, 'internal', 'project'),
    'admin-openrc-system.sh': openrc(cloud, 'internal', 'system'),
    'public-openrc.sh': openrc(cloud, 'public', 'project'),
    'public-openrc-system.sh': openrc(cloud, 'public', 'system'),
    'clouds.yaml': cloudsYaml(cloud),
  }
}

/** Variables for the `openstack` client, as the administrator of a project or of the whole cloud. */
function openrc(cloud: Cloud, address: 'internal' | 'public', scope: 'project' | 'system'): string {
  const { globals } = cloud
  const variables = {
    ...(scope === 'project'
      ? {
          OS_PROJECT_DOMAIN_NAME: 'Default',
          OS_USER_DOMAIN_NAME: 'Default',
          OS_PROJECT_NAME: globals.keystone_admin_project,
          OS_TENANT_NAME: globals.keystone_admin_project,
        }
      : { OS_USER_DOMAIN_NAME: 'Default', OS_SYSTEM_SCOPE: 'all' }),
    OS_USERNAME: globals.keystone_admin_user,
    OS_PASSWORD: password(cloud.passwords, 'keystone_admin_password'),
    OS_AUTH_URL: keystoneUrl(cloud, address),
    ...(address === 'internal'
      ? { OS_INTERFACE: 'internal', OS_ENDPOINT_TYPE: 'internalURL' }
      : {}),
    OS_IDENTITY_API_VERSION: '3',
    OS_REGION_NAME: globals.openstack_region_name,
    OS_AUTH_PLUGIN: 'password',
  }
  return [
    '# Clear any old environment that may conflict.',
    `for key in $( set | awk '{FS="="}  /^OS_/ {print $1}' ); do unset $key ; done`,
    ...Object.entries(variables).map(([name, value]) => `export ${name}=${shellWord(value)}`),
    '',
  ].join('\n')
}

/** With kolla-ansible's four clouds. */
function cloudsYaml(cloud: Cloud): string {
  const { globals } = cloud
  const account = {
    username: globals.keystone_admin_user,
    password: password(cloud.passwords, 'keystone_admin_password'),
  }
  const project = {
    project_domain_name: 'Default',
    user_domain_name: 'Default',
    project_name: globals.keystone_admin_project,
    ...account,
  }
  const system = { user_domain_name: 'Default', system_scope: 'all', ...account }
  const entry = (address: 'internal' | 'public', auth: object) => ({
    auth: { auth_url: keystoneUrl(cloud, address), ...auth },
    ...(address === 'internal' ? { interface: 'internal' } : {}),
    region_name: globals.openstack_region_name,
  })
  return stringify(
    {
      clouds: {
        'kolla-admin': entry('public', project),
        'kolla-admin-system': entry('public', system),
        'kolla-admin-internal': entry('internal', project),
        'kolla-admin-system-internal': entry('internal', system),
      },
    },
    { aliasDuplicateObjects: false },
  )
}

/** The file is sourced by people's shells; this is text for a file, not an argument that we run. */
function shellWord(value: string): string {
  return `'${value.replaceAll("'", `'\\''`)}'`
}
