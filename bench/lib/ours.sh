# shellcheck shell=bash
# kolla-temporal, as an operator runs it.

ours() { # VERB ARGUMENT…
  "$bench_home/../bin/kolla-temporal" --inventory "$cloud/multinode" --configdir "$cloud" --cloud bench "$@"
}

build_kolla_temporal() {
  (
    cd "$bench_home/.." || exit
    [[ -d node_modules ]] || npm install --no-audit --no-fund
    npm run build
    node_modules/.bin/tsc -p bench
  )
}

start_worker() {
  ours server start
  trap 'stop_probe; stop_worker' EXIT
}

stop_worker() {
  ours server stop >/dev/null
}

# The largest resident memory that a worker of the bench has had, in bytes.
worker_peak() {
  local file pid peak=0 kib
  for file in "$KOLLA_TEMPORAL_STATE"/worker-*.pid; do
    read -r pid _ <"$file"
    kib=$(awk '/^VmHWM/ { print $2 }' "/proc/$pid/status" 2>/dev/null) || continue # an older one that has ended
    ((kib <= peak)) || peak=$kib
  done
  ((peak > 0)) || fail "no worker of the bench runs any more: see $KOLLA_TEMPORAL_STATE"
  echo $((peak * 1024))
}

# Everything that both contenders find on the hosts: Docker and the images. What another cloud left goes first, for
# its ports are taken.
prepare_hosts() {
  "$bench_home/clean-hosts"
  # What an earlier bench upgraded is gone on purpose; its release records would keep a deploy from an empty database.
  rm -rf "$KOLLA_TEMPORAL_STATE/clouds/bench/releases"
  say 'the cloud: passwords, host keys, prepared hosts, images'
  quietly genpwd ours genpwd
  quietly trust ours trust --yes
  quietly bootstrap-servers ours bootstrap-servers
  # Others of the lab build into its registry as well.
  quietly build-images ours build --adopt
  quietly pull ours pull
}
