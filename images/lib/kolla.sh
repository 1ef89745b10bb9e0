# shellcheck shell=bash
# kolla-build from Python's package registry, in a virtual environment of its own for each version.

kolla_install() {
  local venv=$CACHE/venv/$KOLLA_VERSION
  [[ -e $venv/complete ]] && return
  rm -rf "$venv"
  python3 -m venv "$venv"
  "$venv/bin/python" -m pip install "kolla==$KOLLA_VERSION" docker
  touch "$venv/complete"
}

kolla_build() { # ARGUMENT…
  "$CACHE/venv/$KOLLA_VERSION/bin/kolla-build" --config-file "$BUILD/kolla-build.conf" "$@"
}

# The images that match and their parents, parents first, one a line.
kolla_tree() { # REGEX…
  local log=$LOGS/kolla-build.log
  kolla_build --noskip-existing --list-dependencies "$@" 2>"$log" | sed -n 's/^[ {[]*"\([a-z0-9-]*\)".*/\1/p' ||
    fail "kolla-build $KOLLA_VERSION can't list its images; the last lines of $log:" "$(tail -n 20 "$log")"
}

run_kolla_build() {
  local log=$LOGS/kolla-build.log failed
  rm -f "$LOGS"/000_FAILED_*
  kolla_build "${REGEXES[@]}" 2>&1 >/dev/null | tee "$log" | kolla_events && return
  for failed in "$LOGS"/000_FAILED_*; do
    [[ -e $failed ]] || fail "kolla-build failed on $(hostname); the last lines of $log:" "$(tail -n 20 "$log")"
    failed=${failed##*000_FAILED_}
    printf '%s\n' "Image ${failed%.log} failed to build on $(hostname); the last lines of $LOGS/$failed:" "$(last_words "$failed")" >&2
  done
  exit 1
}

# What the image's build said at last, and kolla-build about it, without the traceback between them.
last_words() { # LOG
  local prefix="[A-Z]*:kolla.common.utils.${1%.log}:"
  sed "/^${prefix}Unknown .*error when building$/,\$d; s/^$prefix//; /^\s*$/d" "$LOGS/$1" | tail -n 20
  sed "s/^$prefix//" "$LOGS/$1" | tail -n 1
}
