# kolla-build from Python's package registry, in a virtual environment of its own for each version.

kolla_install() { # VERSION
  [[ -x $CACHE/venv/$1/bin/kolla-build ]] && return
  python3 -m venv "$CACHE/venv/$1.new"
  "$CACHE/venv/$1.new/bin/python" -m pip install "kolla==$1" docker
  # pip writes the directory's name into its scripts.
  sed -i "s|/venv/$1.new/|/venv/$1/|" "$CACHE/venv/$1.new/bin/kolla-build"
  rm -rf "$CACHE/venv/$1" && mv "$CACHE/venv/$1.new" "$CACHE/venv/$1"
}

kolla_build() { # ARGUMENT…
  "$CACHE/venv/$KOLLA_VERSION/bin/kolla-build" --config-file "$BUILD/kolla-build.conf" "$@"
}

# The images of this build and their parents, one a line.
kolla_tree() { # REGEX…
  kolla_build --noskip-existing --list-dependencies "$@" 2>>"$LOGS/kolla-build.log" | grep --only-matching '[a-z0-9][a-z0-9-]*'
}

# Source archives of the services; a constraint list takes the place of OpenStack's requirements repository.
kolla_sources() { # PACKAGE==VERSION…
  local source package
  mkdir -p "$CACHE/sources"
  for source in "$@"; do
    package=${source%%==*}
    compgen -G "$CACHE/sources/${package//-/[-_]}-${source##*==}.tar.gz" >/dev/null ||
      "$CACHE/venv/$KOLLA_VERSION/bin/python" -m pip download --no-deps --no-binary "$package" --dest "$CACHE/sources" "$source"
  done
}
