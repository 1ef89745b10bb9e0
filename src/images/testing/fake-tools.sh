#!/bin/bash
# Stands for docker, curl, dpkg-query, apt-get, mmdebstrap, pip and kolla-build, whichever it is linked as. State: files in $FAKE/engine and
# $FAKE/registry, named IMAGE:TAG, holding a digest.
set -euo pipefail

last=${!#}
file=${last##*/}

docker_push() {
  [[ -e $FAKE/engine/$file ]]
  cp "$FAKE/engine/$file" "$FAKE/registry/$file"
  echo "${last##*:}: digest: $(<"$FAKE/engine/$file") size: 1234"
  [[ ! -e $FAKE/registry-mangles ]] || echo "sha256:$(printf '0%.0s' {1..64})" >"$FAKE/registry/$file"
  [[ ! -e $FAKE/registry-forgets ]] || rm "$FAKE/registry/$file"
}

kolla_build() {
  if [[ $* == *--list-dependencies* ]]; then
    printf '{\n  "base": [\n    "cron",\n    {\n      "keystone-base": [\n        "keystone"\n      ]\n    }\n  ]\n}'
    return
  fi
  [[ ! -e $FAKE/on-debian || -e $FAKE/engine/debian-minbase:trixie ]]
  local image
  for image in base cron keystone-base keystone; do
    [[ -e $FAKE/engine/$image:tag ]] && continue
    echo "INFO:kolla.common.utils.$image:Building started at 2026-01-01 00:00:00" >&2
    if [[ -e $FAKE/breaks-$image ]]; then
      {
        printf "INFO:kolla.common.utils.$image:line %s of the log\n" {1..30}
        printf '%s\n' "ERROR:kolla.common.utils.$image:Unknown container engine error when building" \
          'Traceback (most recent call last):' 'BuildError: returned code 100'
      } >"$FAKE/build/logs/$image.log"
      echo "ERROR:kolla.common.utils.$image:Error'd with the following message" >&2
      echo "ERROR:kolla.common.utils:$image Failed with status: error" >&2
      echo "ERROR:kolla.common.utils:keystone Failed with status: parent_error" >&2
      return 1
    fi
    echo "sha256:$(sha256sum <<<"$image" | cut -d ' ' -f 1)" >"$FAKE/engine/$image:tag"
    echo "INFO:kolla.common.utils.$image:Built at 2026-01-01 00:00:01 (took 0:00:01)" >&2
  done
}

echo "${0##*/} $*" >>"$FAKE/calls"
case "${0##*/} $*" in
  'docker image inspect '*) [[ -e $FAKE/engine/$file ]] ;;
  'docker push '*) docker_push ;;
  'docker pull '*) cp "$FAKE/registry/$file" "$FAKE/engine/$file" ;;
  'docker tag '*) source=${2##*/} && cp "$FAKE/engine/$source" "$FAKE/engine/$file" ;;
  curl*/manifests/*)
    image=${last%/manifests/*}
    image=$FAKE/registry/${image##*/}:$file
    [[ -e $image ]] && printf 'HTTP/1.1 200 OK\r\nDocker-Content-Digest: %s\r\n' "$(<"$image")" ;;
  curl*/v2/) [[ ! -e $FAKE/no-registry ]] ;;
  dpkg-query*) printf 'installed\n' ;;
  'apt-get indextargets '*) echo 'Debian http://mirror/debian' ;;
  mmdebstrap*) sleep 1 && [[ ! -e $FAKE/breaks-debian ]] && touch "${*: -2:1}" ;;
  'docker import '*) touch "$FAKE/engine/$last" ;;
  'python -m pip download '*) [[ ! -e $FAKE/breaks-$last ]] ;;
  kolla-build*) kolla_build "$@" ;;
  *) exit 99 ;;
esac
