import { onHost } from './lab.js'

/** Leaves so much of a host's memory to what runs there, in MiB: programs are read from disk again and again. */
const LEFT = 60

/** Takes a host's memory for some time, in seconds, so that everything on it crawls and the kernel ends some of it. */
export async function starve(host: string, seconds: number): Promise<void> {
  await onHost(host, `bash -s -- ${seconds} ${LEFT}`, script)
}

/** A file in memory is not to be ended, unlike a process. */
const script = String.raw`
mkdir -p /mnt/starve
mount -t tmpfs -o size=16g starve /mnt/starve
group=/sys/fs/cgroup/memory
used() { awk '$1 == "total_rss" || $1 == "total_shmem" { sum += $2 } END { print sum }' $group/memory.stat; }
for ((n = 0; SECONDS < $1; n++)); do
  if (($(<$group/memory.limit_in_bytes) - $(used) > $2 * 2 ** 20)); then
    dd if=/dev/zero of=/mnt/starve/$n bs=1M count=32 status=none
  else
    sleep 1
  fi
done
umount /mnt/starve
`
