import { raw, sh } from '../../ssh/quote.js'
import type { NamedHost } from './settings.js'

const first = '# BEGIN kolla-temporal'
const last = '# END kolla-temporal'

/**
 * One managed block in /etc/hosts; every other line stays, but the host's own name leaves the loopback addresses:
 * RabbitMQ and Galera must find it on the API network.
 */
export function names(own: string, hosts: readonly NamedHost[], file = '/etc/hosts'): string {
  const lines = hosts.map((host) => [host.address, ...namesOf(host)].join(' '))
  const block = [first, ...lines, last].join('\n')
  const ownNames = [...new Set([own, short(own)])]
  return sh`
own=(${ownNames}) kept=() inside=
while IFS= read -r line || [[ -n $line ]]; do
  case $line in
    ${first}) inside=yes; continue ;;
    ${last}) inside=; continue ;;
  esac
  [[ -z $inside ]] || continue
  if [[ $line =~ ^(127\.|::1[[:space:]]) ]]; then
    read -ra words <<<"${raw('${line%%#*}')}"
    others=()
    for word in "${raw('${words[@]:1}')}"; do
      [[ " ${raw('${own[*]}')} " == *" $word "* ]] || others+=("$word")
    done
    if ((${raw('${#others[@]} != ${#words[@]} - 1')})); then
      ((${raw('${#others[@]}')})) || continue
      line="${raw('${words[0]} ${others[*]}')}"
    fi
  fi
  kept+=("$line")
done <${file}
kept+=(${block})
put ${file} "$(printf '%s\n' "${raw('${kept[@]}')}")"
# Else cloud-init writes the file anew at every boot.
if [[ -e /etc/cloud/cloud.cfg ]]; then put /etc/cloud/cloud.cfg.d/99-kolla.cfg 'manage_etc_hosts: false'; fi`
}

/** The first one is the canonical name. An inventory name that is an address is none. */
function namesOf({ name, hostname }: NamedHost): string[] {
  const all = [hostname, short(hostname), ...(/^[\d.]+$|:/.test(name) ? [] : [name, short(name)])]
  return [...new Set(all)]
}

const short = (name: string) => name.split('.')[0] ?? name
