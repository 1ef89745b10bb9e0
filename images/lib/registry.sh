# shellcheck shell=bash
# The registry is the truth about what is built. Needs REGISTRY, NAMESPACE.

MANIFEST_TYPES='application/vnd.docker.distribution.manifest.v2+json, application/vnd.oci.image.manifest.v1+json'

# The worker asks the registry without a proxy, too.
ask() { # CURL'S OPTIONS AND URL
  curl --noproxy '*' --silent --fail "$@"
}

reference() { # IMAGE TAG
  printf '%s/%s/%s:%s' "$REGISTRY" "$NAMESPACE" "$1" "$2"
}

# The digest under which the registry serves an image; empty when it has none.
registry_digest() { # IMAGE TAG
  ask --head --header "Accept: $MANIFEST_TYPES" "$REGISTRY_URL/v2/$NAMESPACE/$1/manifests/$2" |
    tr -d '\r' | sed -n 's/^docker-content-digest: //Ip'
}

# What the label kolla_temporal.revision of an image says; empty when it has none.
registry_revision() { # IMAGE TAG
  local blobs=$REGISTRY_URL/v2/$NAMESPACE/$1 config
  config=$(ask --header "Accept: $MANIFEST_TYPES" "$blobs/manifests/$2" | tr -d '[:space:]' |
    sed -n 's/.*"config":{[^}]*"digest":"\([^"]*\)".*/\1/p')
  ask --location "$blobs/blobs/$config" |
    sed -n 's/.*"kolla_temporal\.revision":"\([0-9]*\)".*/\1/p'
}

in_engine() { # REFERENCE
  docker image inspect "$1" >/dev/null 2>&1
}

# With TLS or without, as Docker tries it too.
require_registry() {
  for REGISTRY_URL in "https://$REGISTRY" "http://$REGISTRY"; do
    ask --output /dev/null "$REGISTRY_URL/v2/" && return
  done
  fail "No registry answers at $REGISTRY: start it with images/registry.sh $REGISTRY, or correct docker_registry."
}

# Pushes what the registry lacks of an image, and compares digests.
publish() { # IMAGE TAG
  local reference pushed served began=$SECONDS
  reference=$(reference "$1" "$2")
  pushed=$(docker push "$reference" | sed -n 's/.*digest: \(sha256:[0-9a-f]*\) .*/\1/p') ||
    fail "docker push $reference failed."
  served=$(registry_digest "$1" "$2" || true)
  [[ -n $pushed && $pushed == "$served" ]] ||
    fail "$reference was pushed as ${pushed:-nothing}, but the registry serves ${served:-nothing}."
  image_event "$1" pushed $((SECONDS - began)) "$served" "$2"
}
