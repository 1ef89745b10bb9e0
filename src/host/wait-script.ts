import { askEngine } from './ask-engine.js'

/** What is restarted since it hangs is killed after so long. */
export const stopSeconds = 10

/** Exit code of a wait whose time is over, as of `timeout`. */
export const timeIsOver = 124

/**
 * Bash functions that wait. Ports cost no process: `/dev/tcp` is bash's own, and `read -t` on a pipe that never speaks
 * is a sleep without one. The engine is asked about the containers once a second, at its socket: Docker's client would
 * cost ten times as much. To run a command in a container costs a tenth of a second of a processor: who is connected to
 * whom is asked of the kernel, once for all containers.
 */
export const waiting = `${askEngine}
trap '' PIPE
exec 8<> <(:)
declare -A restarts running
next_look=1 listed=-2 connected=()
pause() { read -rt 0.15 -u 8; }

probe_tcp() { { exec 7<>"/dev/tcp/$1/$2"; } 2>/dev/null || { seen='nobody listens'; return 1; }; exec 7>&-; }

probe_http() {
  local answer=
  { exec 7<>"/dev/tcp/$1/$2"; } 2>/dev/null || { seen='nobody listens'; return 1; }
  printf 'GET %s HTTP/1.0\\r\\nHost: %s:%s\\r\\n\\r\\n' "$3" "$1" "$2" >&7
  read -rt 10 answer <&7
  exec 7>&-
  answer=\${answer//[^[:print:]]/}
  seen=\${answer:-no status line}
  [[ $answer == HTTP/*" $4"* ]]
}

# Whether the certificate is to be trusted is the clients' question.
probe_https() {
  local status
  status=$(curl --noproxy '*' --insecure --silent --output /dev/null --max-time 10 --write-out '%{http_code}' "$1")
  seen="status $status"
  [[ $status == "$2" ]]
}

probe_exec() {
  local container=$1 line=$2 code
  shift 2
  seen=$(timeout 30 docker exec "$container" "$@" 2>&1 </dev/null)
  code=$?
  if [[ $code != 0 ]]; then seen="exit code $code: $seen"; return 1; fi
  [[ -z $line || $'\\n'$seen$'\\n' == *$'\\n'"$line"$'\\n'* ]]
}

# A row of an answer has the length before each text.
probe_synced() { # CONTAINER ADDRESS PORT QUERY BYTES
  { exec 7<>"/dev/tcp/$2/$3"; } 2>/dev/null || { seen='nobody listens'; return 1; }
  printf "$5" >&7 2>/dev/null
  seen=$(timeout 10 tr --complement --delete '[:print:]' <&7 2>/dev/null)
  exec 7>&-
  [[ $seen == *wsrep_local_state_commentSynced* ]] ||
    probe_exec "$1" $'wsrep_local_state_comment\\tSynced' mariadb -NBe "$4"
}

# Docker has run the same since the container was started, and goes on doing so.
probe_healthy_or_exec() {
  ((\${#running[@]})) || list_running
  [[ \${running[$1]-} == *' healthy' ]] || probe_exec "$@"
}

probe_connected() { # CONTAINER PROGRAM PORT
  local id process
  ((\${#connected[@]})) || list_connected
  id=\${running[$1]-} id=\${id% healthy} seen='not running'
  if [[ $id ]]; then
    for process in "\${connected[@]}"; do [[ $process != "$3 "*"$id"*"$2"* ]] || return 0; done
    seen='not connected'
  fi
  connected=() # the next try looks again
  return 1
}

# Port of the peer, control groups and command line of each process that is connected.
list_connected() {
  local port pid groups words
  list_running
  connected=()
  while read -r port pid; do
    { mapfile -t groups </proc/$pid/cgroup && mapfile -d '' -t words </proc/$pid/cmdline; } 2>/dev/null || continue
    connected+=("$port \${groups[*]} \${words[*]}")
  done < <(ss --no-header --tcp --numeric --processes state established | awk '{
    port = $4
    sub(/.*:/, "", port)
    while (match($0, /pid=[0-9]+/)) {
      pid = substr($0, RSTART + 4, RLENGTH - 4)
      if (!told[port, pid]++) print port, pid
      $0 = substr($0, RSTART + RLENGTH)
    }
  }')
}

probe_running() {
  local name
  seen=
  ((SECONDS - listed < 2)) || list_running
  for name in "$@"; do [[ \${running[$name]-} ]] || seen+="$name does not run; "; done
  [[ ! $seen ]]
}

# Name → id, with ' healthy' where Docker's check of the container succeeds.
list_running() {
  local key value name container
  running=() listed=$SECONDS
  while IFS='"' read -r _ key _ value _ _ _ name _; do
    if [[ $key == Id ]]; then
      container=\${name#/} running[\${name#/}]=$value
    elif [[ $value == *'(healthy)' ]]; then
      running[$container]+=' healthy'
    fi
  done < <(ask_engine 30 'containers/json?filters=%7B%22status%22:%5B%22running%22%5D%7D' |
    grep --only-matching --extended-regexp '"Id":"[0-9a-f]*","Names":[[]"[^"]*"|"Status":"Up [^"]*"')
}

# The last lines of the CONTAINER that it is about, or of all.
tell_logs() {
  local container file files=() volume about=("$@")
  ((\${#about[@]})) || about=("\${containers[@]}")
  for container in "\${about[@]}"; do
    docker logs --tail 10 "$container" 2>&1 | sed "s/^/$container: /"
  done
  volume=$(docker volume inspect --format '{{.Mountpoint}}' kolla_logs 2>/dev/null) || return 0
  (($# == 0)) || mapfile -t files < <(list_logs -name "*\${1//_/-}*.log")
  ((\${#files[@]})) || mapfile -t files < <(list_logs -name '*.log' -mmin -2)
  for file in "\${files[@]}"; do tail -n 10 "$file" | sed "s|^|\${file##*/}: |"; done
}

list_logs() { ((\${#logs[@]} == 0)) || find "\${logs[@]/#/$volume/}" "$@" 2>/dev/null; }

check_containers() {
  local container answer state count
  for container in "\${containers[@]}"; do
    state=gone count=0
    answer=$(ask_engine 30 "containers/$container/json")
    # An engine that is busy, or just starting, says nothing of it.
    [[ $answer == *'"State":{'* || $answer == *'No such container'* ]] || continue
    [[ $answer =~ '"State":{"Status":"'([a-z]+) ]] && state=\${BASH_REMATCH[1]}
    [[ $answer =~ '"RestartCount":'([0-9]+) ]] && count=\${BASH_REMATCH[1]}
    : "\${restarts[$container]:=$count}"
    # Three restarts are no accident; before that Docker's policy may yet mend it.
    if [[ $state =~ ^(running|created|restarting)$ ]] && ((count - restarts[$container] < 3)); then continue; fi
    echo "container $container is $state, restarted $((count - restarts[$container])) times, while waiting for: $1"
    echo "seen last: \${seen:0:1000}"
    tell_logs "$container"
    exit 1
  done
}

# What hangs is begun anew, for the next try to find. CONTAINER, PROGRAM and PORT, again and again.
start_hanging_anew() {
  connected=()
  while (($#)); do
    ! hangs "$1" "$2" "$3" || { docker restart --time ${stopSeconds} "$1" >/dev/null && echo "$1 ran for $patience s unconnected: restarted" & }
    shift 3
  done
  wait
}

# Whether it has run all the time without a connection that others of this host have: so its server is not away.
hangs() {
  local since
  ! probe_connected "$@" && [[ $seen == 'not connected' ]] || return 1
  list_connected
  [[ " \${connected[*]%% *} " == *" $3 "* ]] || return 1
  since=$(docker container inspect -f '{{.State.StartedAt}}' "$1") && since=$(date --date "$since" +%s) &&
    (($(date +%s) - since >= patience))
}

await_probe() {
  local title=$1
  shift
  until "$@"; do
    if [[ -n $copying && -e $copying ]] && ((SECONDS < longest)); then
      deadline=$((SECONDS + patience))
    elif ((SECONDS > deadline)); then
      echo "still waiting after $SECONDS s for: $title"
      echo "seen last: \${seen:0:1000}"
      case $1 in
        probe_connected | probe_exec | probe_healthy_or_exec | probe_synced) tell_logs "$2" ;;
        *) tell_logs ;;
      esac
      start_hanging_anew "\${may_hang[@]}"
      exit ${timeIsOver}
    fi
    if ((SECONDS >= next_look)); then
      check_containers "$title"
      next_look=$((SECONDS + 1))
    fi
    pause
  done
  return 0 # else it would be that of the last pause
}
`
