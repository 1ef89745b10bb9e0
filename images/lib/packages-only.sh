# shellcheck shell=bash
# What kolla-build works with on a machine that reaches nothing but Debian's and Python's package registries.

# Images whose recipe was wrong at first, and the label of those that are right: what a registry has of older ones is built anew.
declare -A REVISIONS=([placement-api]=2)

# The image under Kolla's base: Debian from this machine's mirrors, with its certificate authorities.
debian_base_image() {
  local tarball=$CACHE/base/$SUITE.tar
  in_engine "debian-minbase:$SUITE" && return
  [[ -s $tarball ]] || debian_tarball "$tarball"
  docker import --change 'CMD ["bash"]' "$tarball" "debian-minbase:$SUITE"
}

debian_tarball() { # FILE
  local files=$1.files mirror security
  mirror=$(debian_mirror Debian)
  security=$(debian_mirror Debian-Security)
  [[ -n $mirror ]] || fail "apt on $(hostname) knows no Debian archive: run apt-get update there, or mend its sources."
  rm -rf "$files"
  # Where Kolla's repositories look for their keys; apt wants one archive to have one key file.
  mkdir -p "$files/etc/kolla/apt-keys" "$files/etc/apt/sources.list.d" "$files/etc/dpkg/dpkg.cfg.d" \
    "$files/usr/local/share/ca-certificates"
  ln -s /usr/share/keyrings/debian-archive-keyring.gpg "$files/etc/kolla/apt-keys/"
  {
    debian_source "$mirror" "$SUITE $SUITE-updates"
    [[ -z $security ]] || debian_source "$security" "$SUITE-security"
  } >"$files/etc/apt/sources.list.d/debian.sources"
  # What openstack-base's compiler has for link-time optimisation and sanitizers, and Python for static linking: 100 MB that
  # every host would unpack, and nobody uses.
  printf 'path-exclude=%s\n' '/usr/lib*/gcc/*/lto1' '/usr/lib/python3*/config-*/libpython3*.a' \
    '/usr/lib/*/lib'{asan,hwasan,lsan,tsan,ubsan}'.*' >"$files/etc/dpkg/dpkg.cfg.d/compilers"
  # ca-certificates, which Kolla's base installs, takes these into its store.
  cp /usr/local/share/ca-certificates/*.crt "$files/usr/local/share/ca-certificates/" 2>/dev/null || true
  # As in Debian's own images, dpkg need not sync every file: a layer that broke is built anew.
  # shellcheck disable=SC2016
  mmdebstrap --mode=root --variant=minbase --dpkgopt=force-unsafe-io --aptopt='Acquire::Languages "none"' \
    --customize-hook='rm -f "$1/etc/apt/sources.list"' --customize-hook="sync-in $files /" \
    --format=tar "$SUITE" "$1.new" "$mirror"
  mv "$1.new" "$1"
}

# The mirror from which this machine's apt gets an archive.
debian_mirror() { # Debian|Debian-Security
  # shellcheck disable=SC2016
  apt-get indextargets --format '$(LABEL) $(REPO_URI)' 'Created-By: Packages' |
    sed -n "s|^$1 \(.*[^/]\)/*$|\1|p" | sed -n 1p # head would not read all, whose end by that would count
}

debian_source() { # URI SUITES
  printf 'Types: deb\nURIs: %s\nSuites: %s\nComponents: main\nSigned-By: /etc/kolla/apt-keys/debian-archive-keyring.gpg\n\n' "$@"
}

debian_repositories() {
  sed "s|@MIRROR@|$(debian_mirror Debian)|; s|@SUITE@|$SUITE|" "$RECIPE/packages-only/repos.yaml" >"$BUILD/repos.yaml"
}

# Source archives of the services in TREE, side by side. SOURCES has entries such as keystone-base:keystone==29.1.0.
service_sources() {
  local source downloads=() download
  mkdir -p "$CACHE/sources"
  for source in "${SOURCES[@]}"; do
    grep --quiet --line-regexp "${source%%:*}" <<<"$TREE" || continue
    service_source "${source#*:}" &
    downloads+=($!)
  done
  for download in "${downloads[@]}"; do wait "$download"; done
}

# pip looks at what a package needs before it keeps it, for which it would install pbr anew for each.
service_source() { # PACKAGE==VERSION
  local package=${1%%==*} archive
  archive=$CACHE/sources/${package//-/_}-${1##*==}.tar.gz
  [[ -e $archive ]] ||
    "$CACHE/venv/$KOLLA_VERSION/bin/python" -m pip download --no-deps --no-build-isolation --no-binary "$package" \
      --dest "$CACHE/sources" "$1"
}
