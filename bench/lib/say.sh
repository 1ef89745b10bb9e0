# shellcheck shell=bash
# What the bench tells people: progress on stderr, one sentence for a failure.

say() {
  printf '[%4ds] %s\n' "$SECONDS" "$*" >&2
}

fail() {
  printf 'bench: %s\n' "$*" >&2
  exit 1
}

refuse() {
  printf 'bench: %s\n' "$*" >&2
  exit 2
}

# Runs a command whose output is only of interest when it fails.
quietly() { # NAME COMMAND…
  local log=$run/$1.log
  shift
  "$@" >"$log" 2>&1 && return
  tail -n 15 "$log" >&2
  fail "this failed (all of its output: $log): $*"
}

# Once per host, side by side; fails if one of them does.
on_hosts() { # FUNCTION
  local host pid pids=() failed=0
  for host in "${hosts[@]}"; do
    "$1" "$host" &
    pids+=("$!")
  done
  for pid in "${pids[@]}"; do wait "$pid" || failed=1; done
  return "$failed"
}
