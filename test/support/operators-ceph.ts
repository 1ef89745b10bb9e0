import { lab } from './lab.js'

const container = (daemon: string) => `operators_${daemon}`

/** What an operator's administrators of Ceph have given him. */
export interface OperatorsCeph {
  readonly conf: string
  /** `client.cinder`, as `ceph.client.cinder.keyring` has it. */
  keyring(user: string): Promise<string>
  rbd(command: string): Promise<string>
  stop(): Promise<void>
}

/**
 * A small Ceph on the build host that no cloud of ours has made: a monitor, a manager, and an OSD that keeps everything in
 * memory. It has the pools and the accounts that kolla-ansible's documentation has an operator make.
 */
export async function startOperatorsCeph(tag: string): Promise<OperatorsCeph> {
  const onBuildHost = (script: string) => lab('ssh', 'kollar', script)
  const asked = (command: string) =>
    onBuildHost(`timeout 60 docker exec ${container('mon')} ${command}`)
  await onBuildHost(start(tag))
  return {
    conf: await asked('cat /etc/ceph/ceph.conf'),
    keyring: (user) => asked(`ceph auth get client.${user}`),
    rbd: (command) => asked(`rbd ${command}`),
    stop: async () => {
      await onBuildHost(remove)
    },
  }
}

const folder = '/var/lib/operators-ceph'
const remove = `
docker rm --force --volumes ${['mon', 'mgr', 'osd'].map(container).join(' ')} >/dev/null 2>&1 || true
rm -rf ${folder}`

const start = (tag: string) => `set -o errexit
${remove}
mkdir -p ${folder}/etc ${folder}/lib
address=192.168.8.73
read -r fsid </proc/sys/kernel/random/uuid
read -r osd </proc/sys/kernel/random/uuid
cat >${folder}/etc/ceph.conf <<CONF
[global]
fsid = $fsid
mon host = $address
mon data avail warn = 5
mon data avail crit = 2
osd objectstore = memstore
memstore device bytes = 2147483648
osd pool default size = 1
mon allow pool size one = true
CONF
daemon() {
  options=$1 name=$2
  shift 2
  docker run $options --network host --user root --entrypoint bash \\
    --volume ${folder}/etc:/etc/ceph --volume ${folder}/lib:/var/lib/ceph --volume /dev/shm:/dev/shm \\
    192.168.8.73:5000/kolla/ceph-$name:${tag} -c "set -e; $*"
}
daemon --rm mon "
  cd /etc/ceph
  ceph-authtool --create-keyring mon --gen-key --name mon. --cap mon 'allow *'
  ceph-authtool --create-keyring ceph.client.admin.keyring --gen-key --name client.admin \\
    --cap mon 'allow *' --cap osd 'allow *' --cap mgr 'allow *'
  ceph-authtool mon --import-keyring ceph.client.admin.keyring
  monmaptool --create --fsid $fsid --addv a [v2:$address:3300,v1:$address:6789] map
  mkdir -p /var/lib/ceph/mon/ceph-a /var/lib/ceph/mgr/ceph-a /var/lib/ceph/osd/ceph-0
  ceph-mon --mkfs --id a --monmap map --keyring mon"
daemon '--detach --name ${container('mon')}' mon 'exec ceph-mon -f --id a'
until timeout 20 docker exec ${container('mon')} ceph --connect-timeout 5 mon stat >/dev/null 2>&1; do sleep 1; done
docker exec ${container('mon')} bash -c "set -e
  ceph auth get-or-create mgr.a mon 'allow profile mgr' osd 'allow *' >/var/lib/ceph/mgr/ceph-a/keyring
  ceph osd new $osd >/dev/null
  ceph auth get-or-create osd.0 mon 'allow profile osd' mgr 'allow profile osd' osd 'allow *' >/var/lib/ceph/osd/ceph-0/keyring"
daemon '--detach --name ${container('mgr')}' mgr 'exec ceph-mgr -f --id a'
daemon --rm osd "ceph-osd --id 0 --mkfs --osd-uuid $osd"
daemon '--detach --name ${container('osd')}' osd 'exec ceph-osd -f --id 0'
docker exec ${container('mon')} bash -c "set -e
  for pool in images volumes backups; do
    ceph osd pool create \\$pool 8
    rbd pool init \\$pool
  done
  account() { user=\\$1; shift; ceph auth get-or-create client.\\$user mon 'profile rbd' osd \\"\\$*\\" mgr 'profile rbd' >/dev/null; }
  account glance profile rbd pool=images
  account cinder profile rbd pool=volumes, profile rbd-read-only pool=images
  account cinder-backup profile rbd pool=backups"
`
