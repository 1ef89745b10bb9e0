#!/usr/bin/env python3
"""Writes kolla-ansible.json: the names that kolla-ansible's users may write, read from its released packages.

    python3 -m venv /tmp/kolla-names && /tmp/kolla-names/bin/pip install pyyaml
    /tmp/kolla-names/bin/python generate.py > kolla-ansible.json

groups       group of ansible/inventory/multinode -> its child groups
names        keys of globals.yml, group_vars/all and the roles' defaults
defaults     those of group_vars/all, and of the roles that we have an equal of, whose value is plain: no Jinja, list
             or mapping
passwords    key of passwords.yml -> kind, as kolla_ansible/cmd/genpwd.py tells them apart
former*      the same of older releases, where today's does not have them
"""
import ast, json, re, subprocess, sys, tarfile, tempfile, zipfile
from pathlib import Path

import yaml

CURRENT, FORMER = "22.2.0", ["4.0.0", "10.0.0", "16.0.0"]
ROLES = "ceph-rgw|cron|keystone|loadbalancer|mariadb|memcached|rabbitmq"
KINDS = {"uuid_keys": "uuid", "ssh_keys": "ssh", "blank_keys": "blank", "hmac_md5_keys": "hmac",
         "fernet_keys": "fernet", "bcrypt_keys": "bcrypt"}


def files(version):
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", folder,
                        f"kolla-ansible=={version}"], check=True, stdout=sys.stderr)
        package = next(Path(folder).iterdir())
        if package.suffix == ".whl":
            with zipfile.ZipFile(package) as archive:
                return {name: archive.read(name).decode(errors="replace")
                        for name in archive.namelist() if not name.endswith("/")}
        with tarfile.open(package) as archive:
            return {member.name: archive.extractfile(member).read().decode(errors="replace")
                    for member in archive.getmembers() if member.isfile()}


def matching(tree, pattern):
    return [text for name, text in sorted(tree.items()) if re.search(pattern, name)]


def names(tree):
    found = set()
    for text in matching(tree, r"etc(_examples)?/kolla/globals\.yml$"):
        found.update(re.findall(r"^#? ?([a-z][a-z0-9_]+):(?: |$)", text, re.M))
    for text in matching(tree, r"ansible/(group_vars/all(\.yml|/\w.*)|roles/[^/]+/defaults/main\.yml)$"):
        found.update(key for key in (yaml.safe_load(text) or {}) if isinstance(key, str))
    return found


def defaults(tree):
    values = {}
    for text in matching(tree, rf"ansible/roles/({ROLES})/defaults/main\.yml$") + matching(tree, r"ansible/group_vars/all/"):
        values.update(yaml.safe_load(text) or {})
    return {key: value for key, value in values.items()
            if isinstance(value, (str, int, bool, type(None))) and "{" not in str(value)}


def groups(tree):
    found, current = {}, None
    for line in matching(tree, r"ansible/inventory/multinode$")[0].splitlines():
        line = line.split("#")[0].strip()
        if header := re.match(r"\[([^:\]]+)(:children)?\]", line):
            current = found.setdefault(header[1], [])
            children = header[2]
        elif line and children:
            current.append(line)
    return found


def passwords(tree):
    source = matching(tree, r"kolla_ansible/cmd/genpwd\.py$")[0]
    kinds = {}
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Assign) and node.targets[0].__dict__.get("id") in KINDS:
            kinds.update({key: KINDS[node.targets[0].id] for key in ast.literal_eval(node.value)})
    text = matching(tree, r"etc(_examples)?/kolla/passwords\.yml$")[0]
    return {key: kinds.get(key, "password") for key in yaml.safe_load(text)}


current, former = files(CURRENT), [files(version) for version in FORMER]
known, known_groups = names(current), groups(current)
json.dump(
    {
        "release": CURRENT,
        "formerReleases": FORMER,
        "groups": known_groups,
        "formerGroups": sorted({name for tree in former for name in groups(tree)} - set(known_groups)),
        "passwords": passwords(current),
        "defaults": dict(sorted(defaults(current).items())),
        "names": sorted(known),
        "formerNames": sorted({name for tree in former for name in names(tree)} - known),
    },
    sys.stdout,
    indent=2,
)
