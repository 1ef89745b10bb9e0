"""What `kolla-ansible genconfig` would put below /etc/kolla of each host, made here by kolla-ansible's own roles.

    python render.py INPUT OUT [KEY=VALUE...]

To be run by the Python that `install` prints, with ANSIBLE_COLLECTIONS_PATH set. INPUT has globals.yml, passwords.yml,
multinode, facts.yml and, if need be, globals.d/, config/, group_vars/, host_vars/. KEY=VALUE are defaults of ours: they
hold where INPUT sets nothing else. OUT/<host>/<container>/ gets the files and `container.json`, what the role asks the
engine for; OUT/deployment/ gets the files of `post-deploy`.

site.yml and all roles run unchanged. Of Ansible one function is replaced, through which every module goes to its host:
`ActionBase._execute_module`. What takes its place (simulated_hosts.py) writes below OUT, opens no connection and runs
nothing but kolla-ansible's own generators.
"""
import os
import re
import shutil
import sys
import tempfile
import traceback

import yaml

from facts import ansible_facts
from simulated_hosts import SimulatedHosts, simulate

TREE = os.path.join(sys.prefix, 'share/kolla-ansible/ansible')
# What looks into images that nobody has here.
SKIPPED_TAGS = 'nova-libvirt-script-check'
CONFIGURATION = '''[defaults]
forks = 4
home = {work}/home
local_tmp = {work}/local
retry_files_enabled = False
interpreter_python = /usr/bin/python3
deprecation_warnings = False
display_skipped_hosts = False
nocows = True
'''


def main():
    source, out, *defaults = sys.argv[1:]
    work = tempfile.mkdtemp(prefix='kolla-ansible-')
    try:
        with open(os.path.join(work, 'ansible.cfg'), 'w') as file:
            file.write(CONFIGURATION.format(work=work))
        os.environ['ANSIBLE_CONFIG'] = os.path.join(work, 'ansible.cfg')
        os.environ['PATH'] = os.path.join(sys.prefix, 'bin') + ':' + os.environ['PATH']
        with open(os.path.join(source, 'facts.yml')) as file:
            facts = ansible_facts(yaml.safe_load(file))
        hosts = SimulatedHosts(out, facts, TREE)
        arguments = ['ansible-playbook', '--inventory', inventory(source, work), '--skip-tags', SKIPPED_TAGS,
                     *variables(source, defaults)]
        for action in ('config', 'deploy-containers', 'post-deploy'):
            playbook = 'post-deploy.yml' if action == 'post-deploy' else 'site.yml'
            play([*arguments, '-e', f'kolla_action={action}', os.path.join(TREE, playbook)], hosts, work,
                 os.path.join(out, f'{action}.log'))
    finally:
        shutil.rmtree(work, ignore_errors=True)


def variables(source, defaults):
    """As kolla_ansible.ansible.build_args hands them on; the later one wins."""
    folder = os.path.join(source, 'globals.d')
    more = sorted(os.listdir(folder)) if os.path.isdir(folder) else []
    files = [os.path.join(source, 'globals.yml'), os.path.join(source, 'passwords.yml'),
             *(os.path.join(folder, name) for name in more if name.endswith(('.yml', '.yaml', '.json')))]
    values = [*defaults, *(f'@{path}' for path in files), f'CONFIG_DIR={source}']
    return [word for value in values for word in ('-e', value)]


def inventory(source, work):
    """The operator's groups, and kolla-ansible's own finer ones where they are not there."""
    with open(os.path.join(source, 'multinode')) as file:
        text = file.read()
    with open(os.path.join(TREE, 'inventory/multinode')) as file:
        sections = re.split(r'^(?=\[)', file.read(), flags=re.M)
    heading = re.compile(r'^\[([^\]:]+)', re.M)
    there = set(heading.findall(text))
    finer = [one for one in sections if (name := heading.match(one)) and name[1] not in there]
    folder = os.path.join(work, 'inventory')
    os.makedirs(folder)
    with open(os.path.join(folder, 'multinode'), 'w') as file:
        file.write(text + '\n' + '\n'.join(finer))
    for name in ('group_vars', 'host_vars'):
        if os.path.isdir(os.path.join(source, name)):
            os.symlink(os.path.join(source, name), os.path.join(folder, name))
    return os.path.join(folder, 'multinode')


def play(line, hosts, work, log):
    """Ansible keeps too much in globals to run a second playbook in one process."""
    child = os.fork()
    if child == 0:
        descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        os.dup2(descriptor, 1)
        os.dup2(descriptor, 2)
        code = 1
        try:
            from ansible.cli.playbook import PlaybookCLI
            simulate(hosts, tempfile.mkdtemp(dir=work))
            cli = PlaybookCLI(line)
            cli.parse()
            code = cli.run()
        except Exception:
            traceback.print_exc()
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)
    _, status = os.waitpid(child, 0)
    if status != 0:
        with open(log) as file:
            failed = re.findall(r'^(?:fatal|failed|\[ERROR\]|Traceback)[^\n]*(?:\n[^\n]+)*', file.read(), re.M)
        raise SystemExit('\n'.join([*(one[:2000] for one in failed[:3]), f'kolla-ansible failed: {log}']))


if __name__ == '__main__':
    main()
