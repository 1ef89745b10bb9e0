# shellcheck shell=bash
# What this machine needs besides Docker.

host_packages() {
  local wanted=(ca-certificates curl git)
  if command -v apt-get >/dev/null; then
    wanted+=(python3-venv)
    [[ $ENVIRONMENT == packages-only ]] && wanted+=(mmdebstrap)
    installed "${wanted[@]}" && return
    apt-get update
    DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends "${wanted[@]}"
  else
    dnf install --assumeyes "${wanted[@]}" python3
  fi
}

# dpkg also answers for packages that it merely has heard of.
installed() { # PACKAGE…
  local states
  # shellcheck disable=SC2016
  states=$(dpkg-query --show --showformat '${db:Status-Status}\n' "$@") && ! grep --quiet --invert-match '^installed$' <<<"$states"
}
