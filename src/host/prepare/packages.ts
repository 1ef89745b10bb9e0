import type { HostFacts } from '../../model/observed-host.js'

/*
 * What is missing is told by its command, so that an engine of another origin is left alone.
 */

/** Debian and Ubuntu, from their own archives. */
export const aptPackages = (time: boolean, disks: boolean) => `
missing=()
have dockerd || missing+=(docker.io)
have curl || missing+=(curl)
# The engine unpacks images with it where it is there: a fifth less time than with its own.
have unpigz || missing+=(pigz)
# On a kernel with AppArmor the engine starts no container without its parser.
if [[ -e /sys/module/apparmor/parameters/enabled && $(</sys/module/apparmor/parameters/enabled) == Y ]]; then
  have apparmor_parser || missing+=(apparmor)
fi
${time ? '[[ -n $(time_service) ]] || missing+=(systemd-timesyncd)' : ''}
${disks ? 'have sfdisk || missing+=(fdisk)' : ''}
export DEBIAN_FRONTEND=noninteractive NEEDRESTART_SUSPEND=1
if [[ -n $(dpkg --audit) ]]; then
  echo 'Finishing an installation that was interrupted'
  dpkg --force-confdef --force-confold --configure --pending
  changed
fi
if ((\${#missing[@]})) || ! have docker; then
  apt=(apt-get --quiet --option DPkg::Lock::Timeout=300 --option Dpkg::Use-Pty=0)
  "\${apt[@]}" update
  # From Debian 13 on the client is a package of its own.
  if ! have docker && apt-cache show docker-cli >/dev/null 2>&1; then missing+=(docker-cli); fi
  "\${apt[@]}" install --yes --no-install-recommends \\
    --option Dpkg::Options::=--force-confdef --option Dpkg::Options::=--force-confold "\${missing[@]}"
  changed
fi`

/** RHEL and its rebuilds have no Docker of their own: it comes from Docker's repository, as with kolla-ansible. */
export const dnfPackages = (time: boolean, disks: boolean, os: HostFacts['os']) => `
missing=()
if ! have dockerd || ! have docker; then
  put /etc/yum.repos.d/docker.repo '${dockerRepository(os)}'
  missing+=(docker-ce docker-ce-cli containerd.io)
fi
# Since EL 10 the kernel's own package lacks a module without which the engine does not start, and none wants the other.
if have modinfo && ! modinfo xt_addrtype >/dev/null 2>&1; then
  missing+=("kernel-modules-extra-$(uname -r)")
fi
have curl || missing+=(curl)
# A minimal installation has none, and files reach a host by it.
have tar || missing+=(tar)
${time ? '[[ -n $(time_service) ]] || missing+=(chrony)' : ''}
${disks ? 'have sfdisk || missing+=(util-linux)' : ''}
if ((\${#missing[@]})); then
  dnf --assumeyes --setopt=install_weak_deps=False install "\${missing[@]}"
  changed
fi`

/** By the major version: where a subscription pins a minor one, dnf's own `$releasever` is that. */
function dockerRepository({ id, version }: HostFacts['os']): string {
  const url = `https://download.docker.com/linux/${id === 'fedora' ? 'fedora' : 'centos'}`
  const [major = ''] = version.split('.')
  return `[docker]
name=Docker
baseurl=${url}/${major}/$basearch/stable
gpgcheck=1
gpgkey=${url}/gpg
module_hotfixes=1`
}
