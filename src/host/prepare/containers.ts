/** How long containers may take until they work as before the engine's restart, in seconds. */
const PATIENCE = 300

/**
 * Bash functions around a restart of the engine: other hosts of the cloud can spare this one's services only when they are
 * back. What was ill, or is not started again by the engine, is not waited for.
 */
export const containers = String.raw`
# Each container: name, state, health, restart policy.
containers() {
  local ids
  ids=$(timeout 30 docker ps --all --quiet) || return
  [[ -z $ids ]] || timeout 30 docker inspect --format '{{.Name}} {{.State.Status}} {{if .State.Health}}{{.State.Health.Status}}{{else}}none{{end}} {{.HostConfig.RestartPolicy.Name}}' $ids
}

# What an earlier restart took away, and nobody has brought back since, stays noted.
note_containers() {
  local seen
  seen=$(containers) || seen=$(containers) # one may have gone meanwhile
  {
    cat "$ran" 2>/dev/null || true
    awk '$2 == "running" && $3 ~ /^(healthy|none)$/ && $4 ~ /^(always|unless-stopped)$/ { print $1, $3 }' <<<"$seen"
  } | sort --unique >"$ran.new"
  mv "$ran.new" "$ran"
}

# Daemons of Ceph have no health check: those that run say themselves whether they are of the cluster again.
absent_daemons() {
  local name question states said
  for name in $(awk '$2 == "running" { print substr($1, 2) }' <<<"$1"); do
    case $name in
      ceph_osd_*) question="osd.$(cut -d _ -f 3 <<<"$name") status" states=active ;;
      ceph_mon) question="mon.$(hostname --short) mon_status" states='leader|peon' ;;
      *) continue ;;
    esac
    grep --quiet --fixed-strings "/$name " "$ran" || continue
    # Read to its end: a grep that has seen enough would break the pipe, and so fail it.
    said=$(timeout 20 docker exec "$name" ceph daemon $question 2>/dev/null </dev/null) || true
    grep --quiet --extended-regexp "\"state\": \"($states)\"" <<<"$said" || echo "$name is not in its cluster"
  done
}

# What ran and does not yet; one that somebody has removed since is none of it.
missing_containers() {
  local seen
  seen=$(containers) || { echo 'the engine does not answer'; return; }
  awk '
    FNR == NR { state[$1] = $2; health[$1] = $3; next }
    !($1 in state) { next }
    state[$1] != "running" { print substr($1, 2) " is " state[$1]; next }
    $2 == "healthy" && health[$1] != "healthy" { print substr($1, 2) " is " health[$1] }
  ' <(echo "$seen") "$ran"
  absent_daemons "$seen"
}

await_containers() {
  local deadline=$((SECONDS + ${PATIENCE})) missing said=
  while missing=$(missing_containers); [[ -n $missing ]]; do
    if [[ $missing != "$said" ]]; then
      said=$missing
      echo "Waiting: $(paste --serial --delimiters ';' <<<"$missing")"
    fi
    if ((SECONDS >= deadline)); then
      echo "These ran before Docker was restarted, and do not work again after ${PATIENCE} s:"
      echo "$missing"
      echo "No other host's Docker is restarted until they do: mend them and run the same command again, or remove $ran to go on without them"
      return 1
    fi
    sleep 1
  done
}
`
