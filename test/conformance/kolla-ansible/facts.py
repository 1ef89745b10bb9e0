"""facts.yml of an input as Ansible's `setup` module would find it."""
import ipaddress

RELEASES = {'11': 'bullseye', '12': 'bookworm', '13': 'trixie'}


def ansible_facts(described):
    return {name: host_facts(name, host) for name, host in described.items()}


def host_facts(name, host):
    hostname = host.get('hostname', name)
    cpus, version = int(host['cpus']), str(host.get('version', '12'))
    facts = {
        'hostname': hostname.split('.')[0], 'nodename': hostname, 'fqdn': hostname,
        'processor_vcpus': cpus, 'processor_count': 1, 'processor_cores': cpus, 'memtotal_mb': int(host['memory_mib']),
        'os_family': 'Debian', 'distribution': 'Debian', 'distribution_version': version,
        'distribution_major_version': version.split('.')[0],
        'distribution_release': RELEASES[version.split('.')[0]],
        'architecture': 'x86_64', 'machine': 'x86_64', 'system': 'Linux', 'kernel': '6.1.0-18-amd64',
        'service_mgr': 'systemd', 'pkg_mgr': 'apt', 'user_id': 'root', 'user_uid': 0, 'user_gid': 0,
        'selinux': {'status': 'disabled'}, 'packages': {}, 'services': {}, 'env': {}, 'virtualization_type': 'kvm',
        'python': {'executable': '/usr/bin/python3', 'version': {'major': 3, 'minor': 11, 'micro': 2}},
        'date_time': {'iso8601': '2026-01-01T00:00:00Z'}, 'iscsi_iqn': f'iqn.1993-08.org.debian:01:{hostname}',
        'gather_subset': ['all'], 'module_setup': True,
        'interfaces': list(host['interfaces']), 'all_ipv4_addresses': [], 'all_ipv6_addresses': [],
    }
    for interface, addresses in host['interfaces'].items():
        fact, addresses = interface_fact(interface, addresses)
        facts[interface.replace('-', '_').replace(':', '_')] = fact
        if interface != 'lo' and addresses:
            facts['all_ipv4_addresses'] += [address['address'] for address in addresses]
            facts.setdefault('default_ipv4', {**addresses[0], 'interface': interface})
    return facts


def interface_fact(name, addresses):
    found = [ipv4_fact(ipaddress.ip_interface(address)) for address in addresses]
    loopback = name == 'lo'
    fact = {'device': name, 'active': True, 'mtu': 65536 if loopback else 1500,
            'type': 'loopback' if loopback else 'ether', 'macaddress': '52:54:00:00:00:01'}
    if found:
        fact['ipv4'] = found[0]
    if found[1:]:
        fact['ipv4_secondaries'] = found[1:]
    return fact, found


def ipv4_fact(address):
    network = address.network
    return {'address': str(address.ip), 'netmask': str(address.netmask), 'network': str(network.network_address),
            'prefix': str(network.prefixlen), 'broadcast': str(network.broadcast_address)}
