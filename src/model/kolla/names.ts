import data from './kolla-ansible.json' with { type: 'json' }

/** Kinds of kolla_ansible/cmd/genpwd.py; `blank` may stay empty. */
export type PasswordKind = 'password' | 'uuid' | 'ssh' | 'blank' | 'hmac' | 'fernet' | 'bcrypt'

/** Groups that kolla-ansible had as long as it deployed Ceph. */
const cephGroups: Readonly<Record<string, readonly string[]>> = {
  ceph: ['control'],
  'ceph-mon': ['ceph'],
  'ceph-mgr': ['ceph'],
  'ceph-osd': ['storage'],
  'ceph-rgw': ['ceph'],
}

/** Group of kolla-ansible's multinode inventory → its child groups. */
export const kollaGroups: ReadonlyMap<string, readonly string[]> = new Map([
  ...Object.entries<readonly string[]>(data.groups),
  ...Object.entries(cephGroups),
])

/** Groups of older releases, which an operator's inventory may still hold. */
export const formerGroups: ReadonlySet<string> = new Set(data.formerGroups)

/** Every key that globals.yml of kolla-ansible may set. */
export const kollaKeys: ReadonlySet<string> = new Set(data.names)

/** Those that kolla-ansible's roles of what we deploy read. */
export const actingKeys: ReadonlySet<string> = new Set(data.acting)

/** Keys of older releases, which do nothing any more. */
export const formerKeys: ReadonlySet<string> = new Set(data.formerNames)

/** Keys of passwords.yml in the order of kolla-ansible's own file; the last it had as long as it deployed Ceph. */
export const passwordKinds: ReadonlyMap<string, PasswordKind> = new Map([
  ...Object.entries(data.passwords as Record<string, PasswordKind>),
  ['ceph_cluster_fsid', 'uuid'],
])
