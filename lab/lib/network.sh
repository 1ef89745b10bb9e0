# shellcheck shell=bash
# The lab's switches (bridges), cables (veth pairs named HOST-ethN on the machine's side) and way out.

cut_marks=$lab_cache/cut

uplink_mtu() {
  local device
  device=$(ip -4 route show default | sed -n 's/.* dev \([^ ]*\).*/\1/p' | head -n 1)
  cat "/sys/class/net/${device:-lo}/mtu"
}

make_networks() {
  local network bridge mtu
  require_free "$management_subnet" lab-management
  require_free "$external_subnet" lab-external
  mtu=$(uplink_mtu)
  for network in "${networks[@]}"; do
    bridge=lab-$network
    [[ -d /sys/class/net/$bridge ]] || {
      say "making the $network network"
      ip link add "$bridge" type bridge
    }
    echo 1 >"/proc/sys/net/ipv6/conf/$bridge/disable_ipv6"
    ip link set "$bridge" up
    firewall_rule filter FORWARD -i "$bridge" -o "$bridge" -j ACCEPT
  done
  ip link set lab-management mtu "$((mtu < 1500 ? mtu : 1500))"
  ip addr replace "$gateway/24" dev lab-management
  ip addr replace "$external_gateway/24" dev lab-external
  # Nobody on this cable would fill in a checksum: hosts read it as Open vSwitch's userspace datapath does.
  ethtool --offload lab-external tx off >/dev/null
  echo 1 >/proc/sys/net/ipv4/ip_forward
  firewall_rule filter FORWARD -i lab-management ! -o lab-management -j ACCEPT
  firewall_rule filter FORWARD -o lab-management -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
  firewall_rule nat POSTROUTING -s "$management_subnet" ! -o lab-management -j MASQUERADE
}

# require_free SUBNET BRIDGE
require_free() {
  local taken
  taken=$(ip -4 route show "$1" | grep -v "dev $2" || true)
  [[ -z $taken ]] || fail "the lab needs $1, which this machine has on another interface: $taken"
}

remove_networks() {
  local network
  for network in "${networks[@]}"; do
    drop_firewall_rule filter FORWARD -i "lab-$network" -o "lab-$network" -j ACCEPT
    [[ ! -d /sys/class/net/lab-$network ]] || ip link del "lab-$network"
  done
  drop_firewall_rule filter FORWARD -i lab-management ! -o lab-management -j ACCEPT
  drop_firewall_rule filter FORWARD -o lab-management -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
  drop_firewall_rule nat POSTROUTING -s "$management_subnet" ! -o lab-management -j MASQUERADE
}

firewall_rule() {
  local table=$1 chain=$2
  shift 2
  iptables -w -t "$table" -C "$chain" "$@" 2>/dev/null || iptables -w -t "$table" -I "$chain" "$@"
}

drop_firewall_rule() {
  local table=$1 chain=$2
  shift 2
  ! iptables -w -t "$table" -C "$chain" "$@" 2>/dev/null || iptables -w -t "$table" -D "$chain" "$@"
}

# plug_in HOST PID: cables from the switches into the network namespace of that process.
# Hardware addresses are fixed, so neighbours need not learn a rebooted host anew.
plug_in() {
  local host=$1 pid=$2 network interface cable number=${management_address[$1]##*.}
  while read -r network; do
    interface=${interface_on[$network]}
    cable=$host-$interface
    [[ ! -d /sys/class/net/$cable ]] || ip link del "$cable"
    ip link add "$cable" mtu "$(cat "/sys/class/net/lab-$network/mtu")" type veth peer \
      name "$interface" mtu "$(cat "/sys/class/net/lab-$network/mtu")" netns "$pid" \
      address "$(printf '52:54:00:08:%02x:%02x' "${interface#eth}" "$number")"
    echo 1 >"/proc/sys/net/ipv6/conf/$cable/disable_ipv6"
    ip link set "$cable" master "lab-$network"
    [[ -e $cut_marks/$cable ]] || ip link set "$cable" up
  done < <(networks_of "$host")
}

# A pulled cable: the host keeps its interface and addresses, but has no carrier.
cut_cable() {
  local cable=$1-${interface_on[$2]}
  mkdir -p "$cut_marks"
  touch "$cut_marks/$cable"
  [[ ! -d /sys/class/net/$cable ]] || ip link set "$cable" down
}

restore_cable() {
  local cable=$1-${interface_on[$2]}
  rm -f "$cut_marks/$cable"
  [[ ! -d /sys/class/net/$cable ]] || ip link set "$cable" up
}

# The networks of a host whose cable is pulled, one a line.
cut_networks() {
  local network
  while read -r network; do
    [[ ! -e $cut_marks/$1-${interface_on[$network]} ]] || echo "$network"
  done < <(networks_of "$1")
}
