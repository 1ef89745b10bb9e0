# shellcheck shell=bash disable=SC2034 # read by the files that source this one
# The lab's facts: its hosts, their addresses, networks and disks, and where its state lies.

lab_cache=$(realpath -m "${KOLLA_TEMPORAL_CACHE:-/var/cache/kolla-temporal}")/lab
lab_run=/run/kolla-temporal-lab

hosts=(kolla1 kolla2 kolla3 kollar)

declare -A management_address=([kolla1]=192.168.8.70 [kolla2]=192.168.8.71 [kolla3]=192.168.8.72 [kollar]=192.168.8.73)
declare -A storage_address=([kolla1]=10.10.9.101 [kolla2]=10.10.9.102 [kolla3]=10.10.9.103)

# A network is a Linux bridge on the machine, named lab-NETWORK.
networks=(management storage external)
declare -A interface_on=([management]=eth0 [storage]=eth1 [external]=eth2)
gateway=192.168.8.1
management_subnet=192.168.8.0/24
# The cloud's external network, where this machine is the provider's router.
external_gateway=10.0.2.1
external_subnet=10.0.2.0/24

# The loop devices that are each host's sdb, sdc (OSDs) and sdd (journals).
# Their numbers are fixed, so that a disk keeps its name over every kind of restart.
loops_from=${KOLLA_LAB_FIRST_LOOP:-101}
declare -A first_loop=([kolla1]=$loops_from [kolla2]=$((loops_from + 10)) [kolla3]=$((loops_from + 20)))
disk_names=(sdb sdc sdd)
disk_sizes=("${KOLLA_LAB_OSD_SIZE:-12G}" "${KOLLA_LAB_OSD_SIZE:-12G}" "${KOLLA_LAB_JOURNAL_SIZE:-6G}")

debian_suite=bookworm
# The mirror that this machine's own apt has for a suite.
mirror_of() {
  # shellcheck disable=SC2016
  apt-get indextargets --no-release-info --format '$(RELEASE) $(REPO_URI)' 'Created-By: Packages' |
    sed -n "s|^$1 \(.*[^/]\)/*$|\1|p" | sed -n 1p
}
debian_mirror=${KOLLA_LAB_DEBIAN_MIRROR:-$(mirror_of "$debian_suite")}
debian_security_mirror=${KOLLA_LAB_DEBIAN_SECURITY_MIRROR:-$(mirror_of "$debian_suite-security")}

memory_of() {
  case $1 in
    kollar) echo "${KOLLA_LAB_MEMORY_KOLLAR:-6g}" ;;
    *) echo "${KOLLA_LAB_MEMORY:-8g}" ;;
  esac
}

# The networks that a host is cabled to, one a line: kollar has only the first.
networks_of() {
  case $1 in
    kollar) echo management ;;
    *) printf '%s\n' "${networks[@]}" ;;
  esac
}

# The loop devices of a host, one a line, in the order of disk_names.
loops_of() {
  local first=${first_loop[$1]:-} index
  [[ -n $first ]] || return 0
  for index in "${!disk_names[@]}"; do echo "loop$((first + index))"; done
}
