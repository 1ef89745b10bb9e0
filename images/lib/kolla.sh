# shellcheck shell=bash
# kolla-build from Python's package registry, in a virtual environment of its own for each version, with what looks at
# sources of services.

kolla_install() {
  local venv=$CACHE/venv/$KOLLA_VERSION packages=("kolla==$KOLLA_VERSION" docker pbr setuptools wheel)
  [[ -e $venv/complete && $(<"$venv/complete") == "${packages[*]}" ]] && return
  rm -rf "$venv"
  python3 -m venv "$venv"
  "$venv/bin/python" -m pip install "${packages[@]}"
  echo "${packages[*]}" >"$venv/complete"
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
  local log=$LOGS/kolla-build.log failed image
  kolla_build "${REGEXES[@]}" 2>&1 >/dev/null | tee "$log" | kolla_events && return
  (publish_built) || true
  # Those that only waited for a failed parent are `matched` or `parent_error`.
  failed=$(sed -n 's/^ERROR:kolla.common.utils:\([a-z0-9-]*\) Failed with status: \(building\|error\|.*_error\)$/\1 \2/p' "$log" |
    sed '/ parent_error$/d; s/ .*//')
  [[ -n $failed ]] || fail "kolla-build failed on $(hostname); the last lines of $log:" "$(tail -n 20 "$log")"
  for image in $failed; do
    printf '%s\n' "Image $image failed to build on $(hostname); the last lines of $LOGS/$image.log:" "$(last_words "$image")" >&2
  done
  exit 1
}

# What the image's build said at last and kolla-build about it, without the traceback between them. An image that never
# came to be built has its exception in the log of all.
last_words() { # IMAGE
  local prefix="[A-Z]*:kolla.common.utils.$1:"
  sed "/^${prefix}Unknown .*error when .*$/,\$d; s/^$prefix//; /^\s*$/d" "$LOGS/$1.log" | tail -n 20
  sed "s/^$prefix//" "$LOGS/$1.log" | tail -n 1
  sed -n "/:Unhandled error when running .*($1)$/,/^[A-Z]*:kolla/p" "$LOGS/kolla-build.log" | grep --extended-regexp '^[A-Za-z.]+(Error|Exception)' || true
}
