import { quote, raw, sh } from '../../ssh/quote.js'
import { containers } from './containers.js'
import { type DaemonJson, daemonJsonPath } from './daemon-json.js'

/**
 * Before the engine is installed or started, so that it starts with the right configuration. Mounts that containers
 * make (network namespaces, volumes) reach the host and each other only where the engine shares its mounts. The file is none
 * of kolla-ansible's, whose `kolla.conf` there may hold a proxy.
 */
export const sharedMounts = `
put /etc/systemd/system/docker.service.d/kolla-temporal.conf '[Service]
MountFlags=shared'
unit=$(systemctl show docker --property MountFlags,NeedDaemonReload)
if [[ $unit == *NeedDaemonReload=yes* ]]; then
  # An engine that hides its mounts goes on doing so until it is started anew.
  if [[ $unit =~ MountFlags=(slave|private|524288|262144) ]]; then owe restart; fi
  systemctl daemon-reload
  changed
fi
for mount in / /run; do
  if [[ $(findmnt --noheadings --output PROPAGATION "$mount") == private* ]]; then
    mount --make-rshared "$mount"
    changed
  fi
done`

/** The text comes on standard input: it may hold a proxy's password, and anybody on the host can read a script. */
export function engineConfiguration({ takeover, movesData }: Omit<DaemonJson, 'text'>): string {
  const refusal = sh`
if have docker && [[ -n $(docker ps --all --quiet 2>/dev/null) ]]; then
  echo 'docker_runtime_directory differs from where this engine keeps its containers and volumes: ' \
    'move the data by hand, or set the old directory again'
  exit 1
fi`
  return sh`${raw(movesData ? refusal : '')}
${raw(takeover ? `owe ${takeover}` : '')}
put ${daemonJsonPath} "$input" as-it-is`
}

/**
 * Prove that it answers; a restart, which stops this host's containers for a moment, is the last means, and their work is
 * waited for.
 */
export const engine = (registry: string | undefined) => `${containers}
on docker
case $(cat "$owed" 2>/dev/null || true) in
  restart)
    # One that was started only now has read everything.
    if [[ $owed -nt /run/docker.pid ]]; then
      running=$(docker ps --quiet | wc -l)
      echo "Restarting Docker for its new configuration, and with it $running running containers"
      note_containers
      systemctl reset-failed docker
      systemctl restart docker || { journalctl --unit docker --lines 15 --no-pager --output cat; exit 1; }
      changed
    fi ;;
  reload)
    systemctl reload docker
    changed ;;
esac
docker version --format '{{.Server.Version}}' >/dev/null
${registry === undefined ? '' : trusted(registry)}
rm -f "$owed"
# Also that of a run that ended in between.
if [[ -e $ran ]]; then
  await_containers
  rm -f "$ran"
fi`

/** The engine reloads some moments after it was asked to. */
const trusted = (registry: string) => `
registry=${quote(registry)}
if [[ -e $owed ]]; then
  for ((attempt = 0; attempt < 50; attempt++)); do
    if [[ $(docker info --format '{{json .RegistryConfig}}') == *"\\"$registry\\""* ]]; then break; fi
    sleep 0.1
  done
  if ((attempt == 50)); then echo "Docker does not take $registry for a registry without TLS"; exit 1; fi
fi`
