/** The parts of Horizon's settings that no setting of the operator's changes, as kolla-ansible renders them. */
export const fixedSettings = `OPENSTACK_KEYSTONE_BACKEND = {
    'name': 'native',
    'can_edit_user': True,
    'can_edit_group': True,
    'can_edit_project': True,
    'can_edit_domain': True,
    'can_edit_role': True,
}

OPENSTACK_HYPERVISOR_FEATURES = {
    'can_set_mount_point': False,
    'can_set_password': False,
    'requires_keypair': False,
    'enable_quotas': True
}

OPENSTACK_NEUTRON_NETWORK = {
    'enable_router': True,
    'enable_quotas': True,
    'enable_ipv6': True,
    'enable_distributed_router': False,
    'enable_ha_router': False,
    'enable_lb': True,
    'enable_firewall': True,
    'enable_vpn': True,
    'enable_fip_topology_check': True,
    'supported_vnic_types': ['*'],
}

OPENSTACK_HEAT_STACK = {
    'enable_user_pass': True,
}

IMAGE_CUSTOM_PROPERTY_TITLES = {
    "architecture": _("Architecture"),
    "kernel_id": _("Kernel ID"),
    "ramdisk_id": _("Ramdisk ID"),
    "image_state": _("Euca2ools state"),
    "project_id": _("Project ID"),
    "image_type": _("Image Type"),
}

IMAGE_RESERVED_CUSTOM_PROPERTIES = []
HORIZON_IMAGES_UPLOAD_MODE = 'direct'
OPENSTACK_ENDPOINT_TYPE = "internalURL"
API_RESULT_LIMIT = 1000
API_RESULT_PAGE_SIZE = 20
DROPDOWN_MAX_ITEMS = 30
TIME_ZONE = "UTC"
POLICY_FILES_PATH = '/etc/openstack-dashboard'

`

const quiet = ['django.db.backends', 'requests', 'iso8601', 'scss']
const console = [
  'horizon',
  'openstack_dashboard',
  'novaclient',
  'cinderclient',
  'keystoneclient',
  'glanceclient',
  'neutronclient',
  'heatclient',
  'ceilometerclient',
  'openstack_auth',
  'nose.plugins.manager',
  'django',
]

/** What is logged goes to uWSGI's log. */
export const logging = `LOGGING = {
    'version': 1,
    'disable_existing_loggers': False,
    'formatters': {
        'operation': {
            'format': '%(asctime)s %(message)s'
        },
    },
    'handlers': {
        'null': {
            'level': 'DEBUG',
            'class': 'logging.NullHandler',
        },
        'console': {
            'level': 'INFO',
            'class': 'logging.StreamHandler',
        },
        'operation': {
            'level': 'INFO',
            'class': 'logging.StreamHandler',
            'formatter': 'operation',
        },
    },
    'loggers': {
${[
  ...quiet.map((name) => `        '${name}': {'handlers': ['null'], 'propagate': False},`),
  ...console.map(
    (name) => `        '${name}': {'handlers': ['console'], 'level': 'DEBUG', 'propagate': False},`,
  ),
].join('\n')}
        'horizon.operation_log': {'handlers': ['operation'], 'level': 'INFO', 'propagate': False},
    },
}
`

/** Name, protocol and ports of the rules that a user of Horizon can choose. */
const rules: readonly (readonly [
  key: string,
  name: string,
  protocol: string,
  from: number,
  to: number,
])[] = [
  ['all_tcp', "_('All TCP')", 'tcp', 1, 65535],
  ['all_udp', "_('All UDP')", 'udp', 1, 65535],
  ['all_icmp', "_('All ICMP')", 'icmp', -1, -1],
  ['ssh', "'SSH'", 'tcp', 22, 22],
  ['smtp', "'SMTP'", 'tcp', 25, 25],
  ['dns', "'DNS'", 'tcp', 53, 53],
  ['http', "'HTTP'", 'tcp', 80, 80],
  ['pop3', "'POP3'", 'tcp', 110, 110],
  ['imap', "'IMAP'", 'tcp', 143, 143],
  ['ldap', "'LDAP'", 'tcp', 389, 389],
  ['https', "'HTTPS'", 'tcp', 443, 443],
  ['smtps', "'SMTPS'", 'tcp', 465, 465],
  ['imaps', "'IMAPS'", 'tcp', 993, 993],
  ['pop3s', "'POP3S'", 'tcp', 995, 995],
  ['ms_sql', "'MS SQL'", 'tcp', 1433, 1433],
  ['mysql', "'MYSQL'", 'tcp', 3306, 3306],
  ['rdp', "'RDP'", 'tcp', 3389, 3389],
]

export const securityGroupRules = [
  'SECURITY_GROUP_RULES = {',
  ...rules.flatMap(([key, name, protocol, from, to]) => [
    `    '${key}': {`,
    `        'name': ${name},`,
    `        'ip_protocol': '${protocol}',`,
    `        'from_port': '${from}',`,
    `        'to_port': '${to}',`,
    '    },',
  ]),
  '}',
  '',
].join('\n')

export const restApiSettings = `REST_API_REQUIRED_SETTINGS = [
    'CREATE_IMAGE_DEFAULTS',
    'DEFAULT_BOOT_SOURCE',
    'ENFORCE_PASSWORD_CHECK',
    'LAUNCH_INSTANCE_DEFAULTS',
    'OPENSTACK_HYPERVISOR_FEATURES',
    'OPENSTACK_IMAGE_FORMATS',
    'OPENSTACK_KEYSTONE_BACKEND',
    'OPENSTACK_KEYSTONE_DEFAULT_DOMAIN',
]
`
