# The image under Kolla's base, where no public registry can be reached: Debian by debootstrap, with this machine's
# own mirror and certificate authorities.

# The mirrors that this machine's apt uses; the second is empty when it has no security archive.
debian_mirror() { apt_mirror main; }
debian_security_mirror() { apt_mirror security; }

apt_mirror() { # main|security
  apt-get indextargets --format '$(REPO_URI) $(LABEL)' 'Created-By: Packages' |
    awk -v label="$([[ $1 == main ]] && echo Debian || echo Debian-Security)" '$2 == label { print $1; exit }' |
    sed 's|/$||'
}

debian_base_image() { # SUITE
  local suite=$1 tarball=$CACHE/base/$1.tar
  in_engine "debian-minbase:$suite" && return
  [[ -s $tarball ]] || debian_base_tarball "$suite" "$tarball"
  docker import --change 'CMD ["bash"]' "$tarball" "debian-minbase:$suite"
}

debian_base_tarball() { # SUITE FILE
  local suite=$1 file=$2 root mirror security
  mirror=$(debian_mirror)
  security=$(debian_security_mirror)
  [[ -n $mirror ]] || fail "apt on $(hostname) knows no Debian archive: run apt-get update there, or mend its sources."
  mkdir -p "$(dirname "$file")"
  root=$(mktemp --directory "$file.XXXXXX")
  debootstrap --variant=minbase "$suite" "$root" "$mirror"
  # Kolla's own path for keys, so that its repositories and this one name the same key.
  mkdir -p "$root/etc/kolla/apt-keys"
  ln -s /usr/share/keyrings/debian-archive-keyring.gpg "$root/etc/kolla/apt-keys/"
  {
    debian_source "$mirror" "$suite $suite-updates"
    [[ -z $security ]] || debian_source "$security" "$suite-security"
  } >"$root/etc/apt/sources.list.d/debian.sources"
  : >"$root/etc/apt/sources.list"
  # As in Debian's own images: a layer that broke is built anew, so dpkg need not sync every file.
  echo force-unsafe-io >"$root/etc/dpkg/dpkg.cfg.d/container-speedup"
  echo 'Acquire::Languages "none";' >"$root/etc/apt/apt.conf.d/container-no-languages"
  # ca-certificates, installed by Kolla's base, takes these into its store.
  mkdir -p "$root/usr/local/share/ca-certificates"
  cp /usr/local/share/ca-certificates/*.crt "$root/usr/local/share/ca-certificates/" 2>/dev/null || true
  rm -rf "$root"/var/cache/apt/archives/*.deb "$root"/var/lib/apt/lists/*
  tar --create --file "$file.new" --directory "$root" .
  mv "$file.new" "$file"
  rm -rf "$root"
}

debian_source() { # URI SUITES
  printf 'Types: deb\nURIs: %s\nSuites: %s\nComponents: main\nSigned-By: /etc/kolla/apt-keys/debian-archive-keyring.gpg\n\n' "$@"
}
