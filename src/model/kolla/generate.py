#!/usr/bin/env python3
"""Writes kolla-ansible.json: the names that kolla-ansible's users may write, read from its released packages.

    python3 -m venv /tmp/kolla-names && /tmp/kolla-names/bin/pip install pyyaml
    /tmp/kolla-names/bin/python generate.py > kolla-ansible.json

groups       group of ansible/inventory/multinode -> its child groups
names        keys of globals.yml, group_vars/all and the roles' defaults
defaults     those of group_vars/all, and of the roles that we have an equal of, Jinja as it stands
roleDefaults role -> those of its variables that another of these roles has otherwise, such as project_name
acting       names that the roles of what we deploy read, directly or through a default
otherDefaults  release of OpenStack -> the defaults that are others there; what is not there at all is in otherAbsent
passwords    key of passwords.yml -> kind, as kolla_ansible/cmd/genpwd.py tells them apart
former*      the same of older releases, where today's does not have them
"""
import ast, json, re, subprocess, sys, tarfile, tempfile, zipfile
from pathlib import Path

import yaml

CURRENT, FORMER = "22.2.0", ["4.0.0", "10.0.0", "16.0.0"]
OTHERS = {"2025.2": "21.3.0"}
# Roles that we have an equal of; the last line's set up what the others ask for.
DEPLOYED = ["ceph-rgw", "cinder", "cron", "glance", "heat", "horizon", "keystone", "loadbalancer", "mariadb", "memcached",
            "neutron", "nova", "nova-cell", "openvswitch", "placement", "rabbitmq"]
# Their variables are defined already, for Jinja in the files of what comes.
ROLES = DEPLOYED + ["ovn-controller", "ovn-db"]
HELPERS = ["haproxy-config", "loadbalancer-config", "service-ks-register", "service-rabbitmq", "service-uwsgi-config"]
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


def variables(tree, pattern):
    found = {}
    for text in matching(tree, pattern):
        found.update({key: plain(value) for key, value in (yaml.safe_load(text) or {}).items()})
    return found


def parameters(tree, role):
    """What the playbook hands to a role that it imports."""
    found = {}
    def walk(node):
        if isinstance(node, list):
            for one in node:
                walk(one)
        elif isinstance(node, dict):
            imported = node.get("ansible.builtin.import_role") or node.get("import_role") or {}
            if imported.get("name") == role:
                found.update({key: value for key, value in plain(node.get("vars") or {}).items() if value is not None})
            walk(list(node.values()))
    for text in matching(tree, r"ansible/(site|rabbitmq)\.yml$"):
        walk(yaml.safe_load(text))
    return found


def plain(value):
    """As JSON has it: a date, which YAML sees where nobody means one, as its text."""
    return json.loads(json.dumps(value, default=str))


def defaults(tree):
    """The defaults that mean one thing everywhere, and those of each role that do not."""
    everywhere = variables(tree, r"ansible/group_vars/all(\.yml$|/)")
    by_role = {role: {**variables(tree, rf"ansible/roles/{role}/(defaults|vars)/main\.yml$"), **parameters(tree, role)}
               for role in ROLES}
    kept = {role: {key: value for key, value in values.items() if key not in everywhere and not key.endswith("_services")}
            for role, values in by_role.items()}
    values = {}
    for own in kept.values():
        for key, value in own.items():
            values.setdefault(key, []).append(value)
    differing = {key for key, all_values in values.items() if any(value != all_values[0] for value in all_values)}
    shared = {key: all_values[0] for key, all_values in values.items() if key not in differing}
    of_roles = {role: {key: own[key] for key in sorted(differing & own.keys())} for role, own in kept.items()}
    return {**shared, **everywhere}, {role: own for role, own in of_roles.items() if own}


def acting(tree, known):
    """What the templates and tasks of deployed roles name, and what the defaults of those names do."""
    every = variables(tree, r"ansible/(group_vars/all(\.yml$|/)|roles/[^/]+/defaults/main\.yml$)")
    roles = "|".join(DEPLOYED + HELPERS)
    ours = "|".join(["common", "database", "haproxy", "keepalived", *DEPLOYED])
    own = variables(tree, rf"ansible/(group_vars/all(\.yml$|/({ours})\.yml$)|roles/({'|'.join(DEPLOYED)})/defaults/main\.yml$)")
    words = lambda text: set(re.findall(r"[a-z]\w+", text)) & known
    found = set()
    for text in matching(tree, rf"ansible/roles/({roles})/(tasks|templates|handlers|defaults)/"):
        found |= words(re.sub(r"^\w+:", "", text, flags=re.M))
    while more := {word for key in found if key in every for word in words(str(every[key]))} - found:
        found |= more
    of_others = r"(enable|opensearch|podman|proxysql|skyline)_"
    return {key for key in found & own.keys() if not re.match(of_others, key)}


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
others = {release: defaults(files(version)) for release, version in OTHERS.items()}
known, known_groups = names(current), groups(current)
todays, todays_of_roles = defaults(current)
missing = object()
json.dump(
    {
        "release": CURRENT,
        "formerReleases": FORMER,
        "groups": known_groups,
        "formerGroups": sorted({name for tree in former for name in groups(tree)} - set(known_groups)),
        "passwords": passwords(current),
        "defaults": dict(sorted(todays.items())),
        "roleDefaults": todays_of_roles,
        "otherDefaults": {release: {key: value for key, value in sorted(values.items())
                                    if todays.get(key, missing) != value}
                          for release, (values, _) in others.items()},
        "otherAbsent": {release: sorted(todays.keys() - values.keys()) for release, (values, _) in others.items()},
        "acting": sorted(acting(current, known)),
        "names": sorted(known),
        "formerNames": sorted({name for tree in former for name in names(tree)} - known),
    },
    sys.stdout,
    indent=2,
)
