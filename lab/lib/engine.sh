# shellcheck shell=bash
# The Docker engine that carries the hosts: a dockerd of the lab's own, which shares no socket,
# data, bridge or firewall rule with any other engine on the machine.

engine_home=$lab_cache/engine

engine_client=(env -u DOCKER_CONTEXT -u DOCKER_TLS_VERIFY docker --host "unix://$lab_run/docker.sock")

lab_docker() {
  "${engine_client[@]}" "$@"
}

engine_answers() {
  [[ -S $lab_run/docker.sock ]] && timeout 10 "${engine_client[@]}" version >/dev/null 2>&1
}

# The id of a living process of ours from its pid file; nothing if the file is a leftover.
own_process() {
  local pid
  pid=$(cat "$1" 2>/dev/null) || return 1
  grep -qsF -e "$lab_run/" -e "$engine_home/" "/proc/$pid/cmdline" && echo "$pid"
}

start_engine() {
  if engine_answers; then
    require_own_engine
    return
  fi
  install_runtime
  local pid_file dockerd='' try
  for pid_file in "$lab_run/docker.pid" "$lab_run/containerd/containerd.pid"; do
    own_process "$pid_file" >/dev/null || rm -f "$pid_file"
  done
  if ! own_process "$lab_run/docker.pid" >/dev/null; then
    say 'starting the engine'
    outlive "$engine_home/log" dockerd --config-file "$engine_home/daemon.json" &
    dockerd=$!
  fi
  for ((try = 0; try < 300; try++)); do
    engine_answers && return
    [[ -z $dockerd || -d /proc/$dockerd ]] || break
    sleep 0.2
  done
  fail "the engine did not come up: $(tail -n 1 "$engine_home/log") (all of it: $engine_home/log)"
}

# There is one lab on a machine, since its networks and addresses can be there only once.
require_own_engine() {
  local data
  data=$(lab_docker info --format '{{.DockerRootDir}}')
  [[ $data == "$engine_home/data" ]] ||
    fail "a lab with its data in ${data%/engine/data} runs already: stop it first, with KOLLA_TEMPORAL_CACHE=${data%/lab/engine/data} lab/lab down"
}

# The runtime is run by the engine long after this command has ended, so it gets its own copy.
install_runtime() {
  mkdir -p "$engine_home/runtime" "$lab_run"
  cp "$lab_home"/lib/{settings,network}.sh "$lab_home/lib/runtime" "$lab_home/host/runc" "$engine_home/runtime/"
  cat >"$engine_home/daemon.json" <<JSON
{
  "hosts": ["unix://$lab_run/docker.sock"],
  "pidfile": "$lab_run/docker.pid",
  "exec-root": "$lab_run",
  "data-root": "$engine_home/data",
  "containerd-namespace": "kolla-temporal-lab",
  "containerd-plugins-namespace": "kolla-temporal-lab-plugins",
  "storage-driver": "overlay2",
  "bridge": "none",
  "iptables": false,
  "ip-forward": false,
  "ip-masq": false,
  "live-restore": true,
  "runtimes": { "lab": { "path": "$engine_home/runtime/runtime" } },
  "default-runtime": "lab"
}
JSON
}

# Stops the hosts in order, then the engine.
stop_engine() {
  local pid try running
  # Hosts outlive an engine that was killed, and only an engine can stop them.
  if own_process "$lab_run/containerd/containerd.pid" >/dev/null; then start_engine; fi
  pid=$(own_process "$lab_run/docker.pid") || return 0
  mapfile -t running < <(lab_docker container ls --quiet)
  if ((${#running[@]})); then
    say 'stopping the hosts'
    lab_docker stop --time 60 "${running[@]}" >/dev/null
  fi
  say 'stopping the engine'
  kill "$pid"
  for ((try = 0; try < 300; try++)); do
    [[ -d /proc/$pid ]] || return 0
    sleep 0.2
  done
  fail "the engine (process $pid) did not stop in 60 s: see $engine_home/log"
}
