"""What Ansible's modules would do to a host, done to a folder. Nothing is executed and no connection is opened."""
import base64
import fnmatch
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

DEPLOYMENT = {'localhost', '127.0.0.1'}


class SimulatedHosts:
    """Files below /etc/kolla of a host lie in OUT/<host>/, others in OUT/<host>/_elsewhere/."""

    def __init__(self, out, facts, tree):
        self.out, self.facts, self.tree = out, facts, tree

    def execute(self, module, host, args):
        """What is of no file (packages, sysctl, one-shots, accounts) is told to be as it should be."""
        handler = getattr(self, f'do_{module}', None)
        return handler(host, args) if handler else done()

    def path(self, host, path):
        """Of the deployment host files are read where they are; what is put there is for the operator."""
        path = os.path.normpath(str(path))
        if host in DEPLOYMENT:
            return path
        if path == '/etc/kolla' or path.startswith('/etc/kolla/'):
            return os.path.normpath(os.path.join(self.out, host, path[len('/etc/kolla'):].lstrip('/')))
        return os.path.join(self.out, host, '_elsewhere', path.lstrip('/'))

    def target(self, host, path):
        if host in DEPLOYMENT:
            return os.path.join(self.out, 'deployment', os.path.basename(str(path)))
        return self.path(host, path)

    def do_setup(self, host, args):
        found = self.facts.get(host) or next(iter(self.facts.values()))
        return {**done(), 'ansible_facts': {f'ansible_{key}': value for key, value in found.items()}}

    def do_stat(self, host, args):
        path = self.path(host, args['path'])
        if not os.path.exists(path):
            return {**done(), 'stat': {'exists': False}}
        folder = os.path.isdir(path)
        stat = {'exists': True, 'path': str(args['path']), 'isdir': folder, 'isreg': not folder, 'islnk': False,
                'mode': '0644', 'uid': 0, 'gid': 0, 'pw_name': 'root', 'gr_name': 'root', 'readable': True,
                'writeable': True, 'size': os.stat(path).st_size}
        if not folder:
            with open(path, 'rb') as file:
                stat['checksum'] = hashlib.sha1(file.read()).hexdigest()
        return {**done(), 'stat': stat}

    def do_find(self, host, args):
        patterns = as_list(args.get('patterns') or args.get('pattern') or '*')
        regex, recurse = (str(args.get(key, False)).lower() in ('true', 'yes') for key in ('use_regex', 'recurse'))
        kind = args.get('file_type', 'file')
        found = []
        for top in as_list(args.get('paths') or args.get('path')):
            for folder, folders, files in os.walk(self.path(host, top)):
                names = {'file': files, 'directory': folders}.get(kind, files + folders)
                found += [{'path': os.path.join(folder, name), 'isreg': kind == 'file', 'isdir': kind == 'directory'}
                          for name in sorted(names)
                          if any(re.match(it, name) if regex else fnmatch.fnmatch(name, it) for it in patterns)]
                if not recurse:
                    break
        return {**done(), 'files': found, 'matched': len(found)}

    def do_slurp(self, host, args):
        with open(self.path(host, args.get('src') or args.get('path')), 'rb') as file:
            return {**done(), 'content': base64.b64encode(file.read()).decode(), 'encoding': 'base64'}

    def do_file(self, host, args):
        name = args.get('path') or args.get('dest') or args.get('name')
        if host not in DEPLOYMENT:
            path, state = self.path(host, name), args.get('state')
            if state == 'directory':
                os.makedirs(path, exist_ok=True)
            elif state == 'touch':
                os.makedirs(os.path.dirname(path), exist_ok=True)
                open(path, 'a').close()
            elif state == 'absent' and os.path.isdir(path):
                shutil.rmtree(path)
            elif state == 'absent' and os.path.exists(path):
                os.unlink(path)
        return {**done(), 'path': name, 'dest': name, 'state': args.get('state')}

    def do_copy(self, host, args):
        dest = str(args['dest'])
        path = self.target(host, dest)
        if dest.endswith('/') or os.path.isdir(path):
            path = os.path.join(path, os.path.basename(args.get('_original_basename') or args['src']))
        os.makedirs(os.path.dirname(path), exist_ok=True)
        shutil.copyfile(args['src'], path)
        return {**done(), 'dest': dest, 'src': args['src']}

    def do_blockinfile(self, host, args):
        path = self.target(host, args.get('path') or args.get('dest'))
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, 'a') as file:
            file.write(str(args.get('block', '')).strip('\n') + '\n')
        return done()

    def do_command(self, host, args):
        """kolla-ansible's own small generators work on the deployment host; nothing else is run."""
        command = args.get('argv') or str(args.get('_raw_params') or args.get('cmd') or '').split()
        if host in DEPLOYMENT and len(command) > 1 and command[1].startswith(self.tree) and command[1].endswith('.py'):
            ran = subprocess.run([sys.executable, *command[1:]], capture_output=True, text=True, check=True)
            return {**done(), 'stdout': ran.stdout}
        # Commands that are run in a container answer in JSON, those on a host with a status.
        return {**done(), 'stdout': '{"changed": false, "failed": false}' if 'exec' in command else '0'}

    def do_kolla_toolbox(self, host, args):
        return {**done(), 'resources': [], 'query_result': [[{'Value': 'Synced'}]]}

    def do_kolla_container_facts(self, host, args):
        """Nothing runs before the first deploy."""
        return {**done(), 'containers': {}, 'container_names': [], 'images': {}, 'volumes': {}, 'states': {}, 'envs': {},
                'result': {}}

    def do_docker_image_info(self, host, args):
        return {**done(), 'images': [{'Config': {'Labels': {}, 'Env': []}}]}

    def do_kolla_container(self, host, args):
        if args['action'] == 'compare_container':
            mounted = re.compile(r'/etc/kolla/([^/:]+)/?:/var/lib/kolla/config_files/?')
            volumes = [volume for volume in args.get('volumes') or [] if volume]
            folder = next((match[1] for volume in volumes if (match := mounted.match(volume))), args['name'])
            path = os.path.join(self.out, host, folder, 'container.json')
            os.makedirs(os.path.dirname(path), exist_ok=True)
            common = args.get('common_options') or {}
            # As kolla_container_worker.py adds it.
            environment = {**(common.get('environment') or {}), **(args.get('environment') or {}),
                           'KOLLA_SERVICE_NAME': args['name'].replace('_', '-')}
            with open(path, 'w') as file:
                json.dump({**common, **args, 'environment': environment, 'volumes': volumes}, file, indent=2,
                          sort_keys=True, default=str)
        return done()


def done():
    return {'changed': False, 'rc': 0, 'stdout': '', 'stderr': ''}


def as_list(value):
    return value if isinstance(value, list) else [value]


def plain(value):
    """Without Ansible's tags and laziness."""
    if isinstance(value, dict):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(one) for one in value]
    return str.__str__(value) if isinstance(value, str) else value


def simulate(hosts, scratch):
    """From now on `hosts` do in this process what Ansible's modules do on a host."""
    from ansible.plugins.action import ActionBase
    from ansible.plugins.connection import ConnectionBase

    def execute_module(self, module_name=None, module_args=None, tmp=None, task_vars=None, **_):
        name = str(module_name or self._task.action).rsplit('.', 1)[-1]
        host = plain(self._task.delegate_to) or plain((task_vars or {}).get('inventory_hostname'))
        result = hosts.execute(name, host, plain(self._task.args if module_args is None else module_args))
        lines = result.get('stdout', '').splitlines()
        return {'stdout_lines': lines, **result, 'invocation': {'module_args': {}}, '_ansible_parsed': True}

    def make_tmp_path(self, remote_user=None):
        self._connection._shell.tmpdir = tempfile.mkdtemp(dir=scratch)
        return self._connection._shell.tmpdir

    def transfer_file(self, local_path, remote_path):
        if not str(remote_path).startswith(scratch):
            raise RuntimeError(f'would transfer to {remote_path}')
        return shutil.copyfile(local_path, remote_path)

    def refuse(self, *_, **__):
        raise RuntimeError('would run a command on a host')

    ActionBase._execute_module = execute_module
    ActionBase._make_tmp_path = make_tmp_path
    ActionBase._remove_tmp_path = lambda self, *_, **__: None
    ActionBase._transfer_file = transfer_file
    ActionBase._fixup_perms2 = lambda self, *_, **__: None
    ActionBase._remote_expand_user = lambda self, path, *_, **__: path
    ActionBase._low_level_execute_command = refuse
    for name in ('exec_command', 'put_file', 'fetch_file'):
        setattr(ConnectionBase, name, refuse)
