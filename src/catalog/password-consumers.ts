interface Consumer {
  /** What a value can't hold there, however it is written. */
  readonly unfit: RegExp
  /** The rest of a sentence that begins with the key. */
  readonly why: string
}

const wayOut = 'choose one without, such as genpwd does'

/** A comment begins anywhere in a line, and what quotes mean differs between Ceph's releases. */
const cephConf: Consumer = {
  unfit: /[#;"'\\]|^\s|\s$/,
  why: `contains #, ;, a quote or a backslash, or begins or ends with a blank, which ceph.conf takes for something else: ${wayOut}`,
}

/**
 * Schema migrations take the URL as it stands for a template of configparser: they die of any %, and an @ in a password
 * has to be written as %40.
 */
export const databaseUrl: Consumer = {
  unfit: /[@%]/,
  why: `contains @ or %, which schema migrations can't take: ${wayOut}`,
}

const uuid: Consumer = {
  unfit: /^(?![0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$)/i,
  why: 'must be a UUID, such as genpwd makes',
}

/**
 * Password → the file that takes some letters for something else, where we can't write them in another way: the others are
 * encoded for URLs, quoted or escaped. One line it must be in each case.
 */
export const consumers: Readonly<Record<string, Consumer | undefined>> = {
  ceph_rgw_keystone_password: cephConf,
  ceph_cluster_fsid: uuid,
  cinder_rbd_secret_uuid: uuid,
  rbd_secret_uuid: uuid,
  // Nova takes the URL apart to fill in the templates of its cells.
  nova_database_password: {
    unfit: /[@%/?#[\]]/,
    why: `contains @, %, /, ?, # or a bracket, which schema migrations or Nova's cells can't take: ${wayOut}`,
  },
  libvirt_sasl_password: {
    unfit: /^\s|\s$/,
    why: `begins or ends with a blank, which libvirt leaves out: ${wayOut}`,
  },
  keepalived_password: {
    unfit: /[\s!#"{}]/,
    why: `contains a blank, !, #, a double quote or a brace, which keepalived.conf takes for something else: ${wayOut}`,
  },
  rabbitmq_cluster_cookie: {
    unfit: /[^!-~]|^.{256}/,
    why: 'must be up to 255 letters, digits and signs of ASCII without blanks: Erlang takes no other cookie',
  },
}
