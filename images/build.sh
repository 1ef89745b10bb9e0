#!/bin/bash
# Builds what a registry lacks of Kolla's images with kolla-build, pushes it and compares digests.
#
#   build.sh DIRECTORY…    each with build.env and kolla-build.conf, as src/images/plan.ts renders them
#
# stdout: one JSON object a line (lib/progress.sh). stderr: sentences. Complete logs: DIRECTORY/logs.
set -euo pipefail

RECIPE=$(cd "$(dirname "$0")" && pwd)
for part in progress registry debian-base kolla host; do
  source "$RECIPE/lib/$part.sh"
done

build() { # DIRECTORY
  BUILD=$1
  LOGS=$BUILD/logs
  mkdir -p "$LOGS"
  source "$BUILD/build.env"

  require_registry
  # kolla-build alone knows the images of its own profiles; of ours the names are in build.env.
  if [[ -n ${PROFILE:-} ]]; then
    prepare
    mapfile -t IMAGES < <(kolla_tree --profile "$PROFILE")
  fi
  local image missing=()
  for image in "${IMAGES[@]}"; do
    if [[ -n $(registry_digest "$image" "${ALIAS_TAG:-$TAG}") ]]; then
      image_event "$image" skipped
    else
      missing+=("$image")
    fi
  done
  [[ ${#missing[@]} -gt 0 ]] || return 0

  prepare
  local regexes=("${missing[@]/#/^}") tree
  regexes=("${regexes[@]/%/\$}")
  mapfile -t tree < <(kolla_tree "${regexes[@]}")
  pull_parents "${tree[@]}"
  run_kolla_build "${regexes[@]}"
  for image in "${tree[@]}"; do
    publish "$image" "$TAG"
  done
  for image in "${missing[@]}"; do
    publish_alias "$image"
  done
}

# All that kolla-build needs on this machine; what is there already takes no time.
prepare() {
  step packages host_packages
  local base=
  if [[ $ENVIRONMENT == packages-only ]]; then
    step "debian-$SUITE" debian_base_image "$SUITE" &
    base=$!
  fi
  step "kolla-$KOLLA_VERSION" kolla_install "$KOLLA_VERSION"
  if [[ $ENVIRONMENT == packages-only ]]; then
    step sources kolla_sources "${SOURCES[@]}"
    wait "$base"
    sed "s|@MIRROR@|$(debian_mirror)|; s|@SUITE@|$SUITE|" "$RECIPE/packages-only/repos.yaml" >"$BUILD/repos.yaml"
  fi
}

# Parents that were built on an engine since wiped come from the registry.
pull_parents() { # IMAGE…
  local image
  for image in "$@"; do
    in_engine "$(reference "$image" "$TAG")" && continue
    [[ -n $(registry_digest "$image" "$TAG") ]] || continue
    docker pull --quiet "$(reference "$image" "$TAG")" >/dev/null
    image_event "$image" pulled
  done
}

run_kolla_build() { # REGEX…
  local log=$LOGS/kolla-build.log
  rm -f "$LOGS"/000_FAILED_*
  kolla_build --summary-json-file "$LOGS/summary.json" "$@" 2>&1 >/dev/null | tee "$log" | kolla_events && return
  local failed
  for failed in "$LOGS"/000_FAILED_*; do
    [[ -e $failed ]] || fail "kolla-build failed on $(hostname); the last lines of $log:" "$(tail -n 20 "$log")"
    failed=${failed##*000_FAILED_}
    printf '%s\n' "Image ${failed%.log} failed to build on $(hostname); the last lines of $LOGS/$failed:" "$(tail -n 20 "$LOGS/$failed")" >&2
  done
  exit 1
}

# An image on another Debian than its release's is known by the release's tag too.
publish_alias() { # IMAGE
  [[ -n ${ALIAS_TAG:-} ]] || return 0
  docker tag "$(reference "$1" "$TAG")" "$(reference "$1" "$ALIAS_TAG")"
  publish "$1" "$ALIAS_TAG"
}

CACHE=${KOLLA_BUILD_CACHE:-/var/cache/kolla-build}
mkdir -p "$CACHE"
export PIP_CACHE_DIR=$CACHE/pip PIP_DISABLE_PIP_VERSION_CHECK=1

# kolla-build inherits the lock: where its caller died, the next one waits for it and goes on from there.
exec 9>"$CACHE/lock"
if ! flock --nonblock 9; then
  step_event 'another build on this machine' started
  flock 9
  step_event 'another build on this machine' done
fi

for directory in "$@"; do
  build "$directory"
done
