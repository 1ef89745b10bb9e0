#!/bin/bash
# Builds what a registry lacks of Kolla's images with kolla-build, pushes it and compares digests.
#
#   build.sh DIRECTORY…    each with build.env and kolla-build.conf, as src/images/build-plan.ts writes them
#
# stdout: one JSON object a line (lib/progress.sh). stderr: sentences. Complete logs: DIRECTORY/logs.
set -euo pipefail

RECIPE=$(cd "$(dirname "$0")" && pwd)
for part in progress host registry kolla packages-only; do
  # shellcheck source=/dev/null
  source "$RECIPE/lib/$part.sh"
done

build() { # DIRECTORY
  local base
  BUILD=$1
  LOGS=$BUILD/logs
  mkdir -p "$LOGS"
  # shellcheck source=/dev/null
  source "$BUILD/build.env"

  step packages host_packages
  require_registry
  [[ $ENVIRONMENT != packages-only ]] || debian_repositories
  if [[ -n ${PROFILE:-} ]]; then
    step "kolla-$KOLLA_VERSION" kolla_install
    profile_images
  fi
  missing_images
  [[ ${#MISSING[@]} -gt 0 ]] || return 0

  if [[ $ENVIRONMENT == packages-only ]]; then
    step "debian-$SUITE" debian_base_image &
    base=$!
  fi
  step "kolla-$KOLLA_VERSION" kolla_install
  image_tree
  if [[ $ENVIRONMENT == packages-only ]]; then
    step sources service_sources
    wait "$base"
  fi
  pull_parents
  run_kolla_build
  publish_all
}

# kolla-build alone knows the images of its own profiles; BUILDABLE are those that can be built here.
profile_images() {
  local image
  IMAGES=()
  for image in $(kolla_tree --profile "$PROFILE"); do
    if [[ -z ${BUILDABLE+set} || " ${BUILDABLE[*]} " == *" $image "* ]]; then
      IMAGES+=("$image")
    fi
  done
}

missing_images() {
  local image digest tag=${ALIAS_TAG:-$TAG}
  MISSING=()
  for image in "${IMAGES[@]}"; do
    digest=$(registry_digest "$image" "$tag" || true)
    if [[ -n $digest ]] && is_current "$image" "$tag"; then
      image_event "$image" skipped "" "$digest" "$tag"
    else
      MISSING+=("$image")
    fi
  done
}

# Whether an image that the registry has was built by today's recipe; an older one must not be found in the engine either.
is_current() { # IMAGE TAG
  [[ $ENVIRONMENT == packages-only && -n ${REVISIONS[$1]-} ]] || return 0
  [[ $(registry_revision "$1" "$2") != "${REVISIONS[$1]}" ]] || return 0
  docker image rm --force "$(reference "$1" "$TAG")" >/dev/null 2>&1 || true
  return 1
}

# What is missing, with its parents.
image_tree() {
  local image
  REGEXES=("${MISSING[@]/#/^}")
  REGEXES=("${REGEXES[@]/%/\$}")
  TREE=$(kolla_tree "${REGEXES[@]}")
  for image in "${MISSING[@]}"; do
    grep --quiet --line-regexp "$image" <<<"$TREE" || fail "kolla-build $KOLLA_VERSION has no image $image."
  done
}

# Parents that were built on an engine since wiped come from the registry.
pull_parents() {
  local image
  for image in $TREE; do
    [[ " ${MISSING[*]} " != *" $image "* ]] || continue
    in_engine "$(reference "$image" "$TAG")" && continue
    [[ -n $(registry_digest "$image" "$TAG") ]] || continue
    docker pull --quiet "$(reference "$image" "$TAG")" >/dev/null
    image_event "$image" pulled
  done
}

# An image on another Debian than its release's is known by the release's tag too.
publish_all() {
  local image
  for image in $TREE; do
    publish "$image" "$TAG"
  done
  [[ -n ${ALIAS_TAG:-} ]] || return 0
  for image in "${MISSING[@]}"; do
    docker tag "$(reference "$image" "$TAG")" "$(reference "$image" "$ALIAS_TAG")"
    publish "$image" "$ALIAS_TAG"
  done
}

# Of a build that broke off: kolla-build has pushed what it built, and nobody was told the digests.
publish_built() {
  local image built=()
  for image in $TREE; do
    if in_engine "$(reference "$image" "$TAG")"; then built+=("$image"); fi
  done
  TREE=${built[*]}
  mapfile -t MISSING < <(comm -12 <(printf '%s\n' "${MISSING[@]}" | sort) <(printf '%s\n' "${built[@]}" | sort))
  publish_all
}

CACHE=${KOLLA_BUILD_CACHE:-/var/cache/kolla-build}
mkdir -p "$CACHE"
export PIP_CACHE_DIR=$CACHE/pip PIP_DISABLE_PIP_VERSION_CHECK=1

# Two at once would build everything twice: the second waits, and finds what the first has built.
exec 9>"$CACHE/lock"
if ! flock --nonblock 9; then
  step_event 'another build on this machine' started
  flock 9
  step_event 'another build on this machine' 'done'
fi

for directory in "$@"; do
  (build "$directory")
done
