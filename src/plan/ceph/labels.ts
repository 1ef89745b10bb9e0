/** GPT names of the partitions that Ceph may have: kolla-ansible's, which find a disk under whatever device name. */
export const osdLabel = 'KOLLA_CEPH_OSD_BOOTSTRAP'
export const journalLabel = 'KOLLA_CEPH_OSD_BOOTSTRAP_J'

/** How the identity of every partition table begins that we make: `KOLLACEPH` in hexadecimal. */
const tablePrefix = '4b4f4c4c-4143-4550-4800-'

export const isOurTable = (id: string) => id.toLowerCase().startsWith(tablePrefix)

/** A table's identity from twelve hexadecimal digits of chance. */
export const tableId = (digits: string) => tablePrefix + digits
