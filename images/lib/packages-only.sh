# shellcheck shell=bash
# What kolla-build works with on a machine that reaches nothing but Debian's and Python's package registries.

# The image under Kolla's base: Debian by debootstrap, with this machine's mirrors and certificate authorities.
debian_base_image() {
  local tarball=$CACHE/base/$SUITE.tar
  in_engine "debian-minbase:$SUITE" && return
  [[ -s $tarball ]] || debian_tarball "$tarball"
  docker import --change 'CMD ["bash"]' "$tarball" "debian-minbase:$SUITE"
}

debian_tarball() { # FILE
  local root=$1.root mirror security
  mirror=$(debian_mirror Debian)
  security=$(debian_mirror Debian-Security)
  [[ -n $mirror ]] || fail "apt on $(hostname) knows no Debian archive: run apt-get update there, or mend its sources."
  rm -rf "$root" && mkdir -p "$root"
  debootstrap --variant=minbase "$SUITE" "$root" "$mirror"
  # Where Kolla's repositories look for their keys; apt wants one archive to have one key file.
  mkdir -p "$root/etc/kolla/apt-keys"
  ln -s /usr/share/keyrings/debian-archive-keyring.gpg "$root/etc/kolla/apt-keys/"
  : >"$root/etc/apt/sources.list"
  {
    debian_source "$mirror" "$SUITE $SUITE-updates"
    [[ -z $security ]] || debian_source "$security" "$SUITE-security"
  } >"$root/etc/apt/sources.list.d/debian.sources"
  # As in Debian's own images: a layer that broke is built anew, so dpkg need not sync every file.
  echo force-unsafe-io >"$root/etc/dpkg/dpkg.cfg.d/container-speedup"
  echo 'Acquire::Languages "none";' >"$root/etc/apt/apt.conf.d/container-no-languages"
  # ca-certificates, which Kolla's base installs, takes these into its store.
  mkdir -p "$root/usr/local/share/ca-certificates"
  cp /usr/local/share/ca-certificates/*.crt "$root/usr/local/share/ca-certificates/" 2>/dev/null || true
  rm -rf "$root"/var/cache/apt/archives/*.deb "$root"/var/lib/apt/lists/*
  tar --create --file "$1.new" --directory "$root" .
  mv "$1.new" "$1"
  rm -rf "$root"
}

# The mirror from which this machine's apt gets an archive.
debian_mirror() { # Debian|Debian-Security
  # shellcheck disable=SC2016
  apt-get indextargets --format '$(LABEL) $(REPO_URI)' 'Created-By: Packages' |
    sed -n "s|^$1 \(.*[^/]\)/*$|\1|p" | head -n 1
}

debian_source() { # URI SUITES
  printf 'Types: deb\nURIs: %s\nSuites: %s\nComponents: main\nSigned-By: /etc/kolla/apt-keys/debian-archive-keyring.gpg\n\n' "$@"
}

debian_repositories() {
  sed "s|@MIRROR@|$(debian_mirror Debian)|; s|@SUITE@|$SUITE|" "$RECIPE/packages-only/repos.yaml" >"$BUILD/repos.yaml"
}

# Source archives of the services in TREE. SOURCES has entries such as keystone-base:keystone==29.1.0.
service_sources() {
  local source package archive
  mkdir -p "$CACHE/sources"
  for source in "${SOURCES[@]}"; do
    grep --quiet --line-regexp "${source%%:*}" <<<"$TREE" || continue
    source=${source#*:}
    package=${source%%==*}
    archive=$CACHE/sources/${package//-/_}-${source##*==}.tar.gz
    [[ -e $archive ]] ||
      "$CACHE/venv/$KOLLA_VERSION/bin/python" -m pip download --no-deps --no-binary "$package" --dest "$CACHE/sources" "$source"
  done
}
