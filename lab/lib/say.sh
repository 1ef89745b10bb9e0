# shellcheck shell=bash
# What the lab tells people: progress on stderr, one sentence for a failure.

say() {
  printf '[%3ds] %s\n' "$SECONDS" "$*" >&2
}

fail() {
  printf 'lab: %s\n' "$*" >&2
  exit 1
}

# Wrong usage: one sentence and exit code 2.
refuse() {
  printf 'lab: %s\n' "$*" >&2
  exit 2
}

# in_parallel FUNCTION HOST…: runs FUNCTION once per host, side by side; fails if one of them does.
in_parallel() {
  local step=$1 host pid failed=0 pids=()
  shift
  for host; do
    "$step" "$host" &
    pids+=("$!")
  done
  for pid in "${pids[@]}"; do wait "$pid" || failed=1; done
  return "$failed"
}

# outlive LOG COMMAND…: becomes a command that goes on after this one has ended, so it must hold nothing that was open
# here: no lock, no pipe.
outlive() {
  local path descriptor
  exec </dev/null >>"$1" 2>&1
  shift
  for path in "/proc/$BASHPID/fd"/*; do
    descriptor=${path##*/}
    if ((descriptor > 2)); then exec {descriptor}>&-; fi
  done
  exec setsid "$@"
}
