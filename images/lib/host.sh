# shellcheck shell=bash
# What this machine needs besides Docker.

host_packages() {
  if command -v apt-get >/dev/null; then
    local wanted=(ca-certificates curl python3-venv) missing=()
    [[ $ENVIRONMENT == packages-only ]] && wanted+=(debootstrap)
    mapfile -t missing < <(comm -23 <(printf '%s\n' "${wanted[@]}" | sort) <(dpkg-query --show --showformat '${Status} ${Package}\n' | sed -n 's/^install ok installed //p' | sort))
    [[ ${#missing[@]} -eq 0 ]] && return
    apt-get update
    DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends "${missing[@]}"
  else
    dnf install --assumeyes ca-certificates curl python3 python3-pip
  fi
}
