import type { SectionName } from './script.js'

const engine = 'see `systemctl status docker` there'
const docker = (command: string) => `${command} does not answer: ${engine}`

const hanging: Partial<Record<SectionName, string>> = {
  engine: docker('docker info'),
  docker: "the file system of Docker's folder does not answer",
  containers: docker('docker ps'),
  images: docker('docker images'),
  volumes: docker('docker volume ls'),
  drained: "HAProxy's socket does not answer: see `docker logs haproxy` there",
  'ceph-disks': 'a disk does not answer: see `dmesg` there',
}

/** What did not answer where an observation came to no end in this section, in a sentence. */
export function whatHangs(section: SectionName | undefined): string {
  if (section === undefined) return 'the host has said nothing'
  return hanging[section] ?? `it hangs at: ${section}`
}
