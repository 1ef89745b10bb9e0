# shellcheck shell=bash
# The registry is the truth about what is built. Needs REGISTRY, NAMESPACE.

MANIFEST_TYPES='application/vnd.docker.distribution.manifest.v2+json, application/vnd.oci.image.manifest.v1+json'

reference() { # IMAGE TAG
  printf '%s/%s/%s:%s' "$REGISTRY" "$NAMESPACE" "$1" "$2"
}

# The digest under which the registry serves an image; empty when it has none.
registry_digest() { # IMAGE TAG
  curl --silent --fail --head --header "Accept: $MANIFEST_TYPES" "http://$REGISTRY/v2/$NAMESPACE/$1/manifests/$2" |
    tr -d '\r' | sed -n 's/^docker-content-digest: //Ip'
}

in_engine() { # REFERENCE
  docker image inspect "$1" >/dev/null 2>&1
}

require_registry() {
  curl --silent --fail --output /dev/null "http://$REGISTRY/v2/" ||
    fail "No registry answers at http://$REGISTRY/v2/: start it with images/registry.sh $REGISTRY, or correct docker_registry."
}

# Pushes unless the registry has this very image, and compares digests.
publish() { # IMAGE TAG
  local reference pushed served began=$SECONDS
  reference=$(reference "$1" "$2")
  docker push --quiet "$reference" >/dev/null || fail "docker push $reference failed."
  pushed=$(docker image inspect --format '{{range .RepoDigests}}{{println .}}{{end}}' "$reference" |
    sed -n "s|^$REGISTRY/$NAMESPACE/$1@||p" | head -n 1)
  served=$(registry_digest "$1" "$2")
  [[ -n $pushed && $pushed == "$served" ]] ||
    fail "$reference was pushed as ${pushed:-nothing}, but the registry serves ${served:-nothing}."
  image_event "$1" pushed $((SECONDS - began)) "$served"
}
