#!/bin/bash
# Boots a guest's disk with Nova's QEMU, without a hypervisor's help, on a network that leads nowhere: QEMU's DHCP, and a
# metadata service that knows a name and user data. Then its web page is fetched, a disk plugged in, and the power button
# pressed. Prints the serial console; fails where the guest doesn't do in time what it should.
#
#   prove.sh FILE IMAGE [SECONDS]    IMAGE has QEMU: 192.168.8.73:5000/kolla/nova-libvirt:2026.1-debian-trixie
set -euo pipefail

disk=$(realpath "${1:?usage: prove.sh FILE IMAGE [SECONDS]}") image=${2:?usage: prove.sh FILE IMAGE [SECONDS]}
patience=${3:-120}
work=$(mktemp --directory)
chmod 755 "$work"

cat >"$work/metadata" <<'SH'
#!/bin/bash
read -r _ path _
case $path in
  */hostname) body=proof ;;
  */user_data) body=$'#!/bin/sh\necho "$(hostname) has $(free -m | sed -n "s/^Mem: *\\([0-9]*\\).*/\\1/p") MB"' ;;
esac
printf 'HTTP/1.0 %s\r\n\r\n%s\n' "${body:+200 OK}" "${body-}"
SH
chmod 755 "$work/metadata"

truncate --size 8M "$work/volume.raw"

guest=$(docker run --detach --network none --volume "$disk:/guest.raw:ro" --volume "$work:/proof:ro" \
  --entrypoint qemu-system-x86_64 "$image" -machine pc,accel=tcg -m 96 -display none -serial stdio -no-reboot -snapshot \
  -monitor tcp:127.0.0.1:4444,server,nowait \
  -drive file=/guest.raw,format=raw,if=virtio -drive file=/proof/volume.raw,format=raw,if=none,id=volume \
  -netdev user,id=net,restrict=on,net=169.254.169.0/24,host=169.254.169.2,dns=169.254.169.3,dhcpstart=169.254.169.15,guestfwd=tcp:169.254.169.254:80-cmd:/proof/metadata,hostfwd=tcp:127.0.0.1:8080-:80 \
  -device virtio-net-pci,netdev=net)
trap 'docker logs "$guest" | tr -d "\r"; docker rm --force "$guest" >/dev/null; rm -rf "$work"' EXIT

expect() { # LINE
  until docker logs "$guest" 2>&1 | grep --quiet "$1"; do
    if [[ $SECONDS -ge $patience ]]; then
      echo "After $patience s the guest has not said '$1'." >&2
      exit 1
    fi
    sleep 1
  done
}

monitor() { # COMMAND
  docker exec "$guest" bash -c 'exec 3<>/dev/tcp/127.0.0.1/4444; echo "$1" >&3; timeout 1 cat <&3 >/dev/null || true' - "$1"
}

expect '^guest disks: vda 22M'
expect '^guest lease: eth0 169.254.169.15'
expect '^guest metadata: proof'
expect '^guest user data: proof has'
expect '^guest ready'
page=$(docker exec "$guest" bash -c 'exec 3<>/dev/tcp/127.0.0.1/8080; printf "GET / HTTP/1.0\r\n\r\n" >&3; cat <&3')
[[ ${page##*$'\n'} == proof ]] || {
  echo "The guest's web page is not its name: $page" >&2
  exit 1
}
monitor 'device_add virtio-blk-pci,drive=volume'
expect '^guest disks: vda 22M vdb 8M'
monitor system_powerdown
expect 'reboot: Power down'
