# shellcheck shell=bash
# What the caller reads on stdout: one JSON object a line. Sentences for people go to stderr.

image_event() { # IMAGE STATE [SECONDS] [DIGEST TAG]
  printf '{"image":"%s","state":"%s"%s%s}\n' "$1" "$2" "${3:+,\"seconds\":$3}" "${4:+,\"digest\":\"$4\",\"tag\":\"$5\"}"
}

step_event() { # STEP STATE [SECONDS]
  printf '{"step":"%s","state":"%s"%s}\n' "$1" "$2" "${3:+,\"seconds\":$3}"
}

# Runs a command as a named step, in a shell of its own that ends at the first failure: in a condition Bash would pass over
# it. Its output goes to the build's log.
step() { # STEP COMMAND…
  local name=$1 began=$SECONDS log=$LOGS/$1.log status
  shift
  step_event "$name" started
  set +e
  (set -e; "$@") >"$log" 2>&1
  status=$?
  set -e
  if ((status)); then
    step_event "$name" failed $((SECONDS - began))
    fail "$name failed on $(hostname); the last lines of $log:" "$(tail -n 20 "$log")"
  fi
  step_event "$name" "done" $((SECONDS - began))
}

fail() { # LINE…
  printf '%s\n' "$@" >&2
  exit 1
}

# kolla-build's own log, as events. `took 0:01:05.12` becomes 65.
kolla_events() {
  local line name
  local -A began=()
  while IFS= read -r line; do
    case $line in *:kolla.common.utils.*) ;; *) continue ;; esac
    name=${line#*:kolla.common.utils.}
    name=${name%%:*}
    case $line in
      *":Building started at "*) began[$name]=$SECONDS && image_event "$name" started ;;
      *":Built at "*) image_event "$name" built $((SECONDS - began[$name])) ;;
      ERROR:*":Error'd with the following message" | ERROR:*":Unknown "*) image_event "$name" failed $((SECONDS - began[$name])) ;;
    esac
  done
}
