/**
 * Bash functions that the steps share. `changed` tells that the step had something to do; a script that runs again
 * finds everything in place and never calls it.
 */
export const prelude = String.raw`
set -euo pipefail
exec 2>&1 </dev/null

changed() { echo '@changed'; }
have() { command -v "$1" >/dev/null; }

# put FILE TEXT: the file has this text and mode 0644, from one moment to the next. put FILE TEXT as-it-is: it keeps mode
# and owner, and a new one is root's alone.
put() {
  if [[ -f $1 && $(<"$1") == "$2" ]]; then return; fi
  mkdir -p "$(dirname "$1")"
  local new=$1.kolla-temporal
  rm -f "$new"
  (umask 077; printf '%s\n' "$2" >"$new")
  if [[ -z ${'${3:-}'} ]]; then chmod 0644 "$new"
  elif [[ -e $1 ]]; then chown --reference "$1" "$new"; chmod --reference "$1" "$new"
  fi
  # A file that is a mount of its own, as in containers, can only be written to.
  mv -f "$new" "$1" 2>/dev/null || { cat "$new" >"$1"; rm -f "$new"; }
  if have restorecon; then restorecon "$1"; fi
  changed
}

# on UNIT: enabled and started.
on() {
  if [[ $(systemctl is-enabled "$1" 2>/dev/null) != enabled* ]]; then
    systemctl enable "$1"
    changed
  fi
  systemctl --quiet is-active "$1" && return
  systemctl start "$1" || { journalctl --unit "$1" --lines 15 --no-pager --output cat; return 1; }
  # Some services skip themselves, inside a container for instance: that is no change.
  if systemctl --quiet is-active "$1"; then changed; fi
}

# off PATTERN…: those units that are there are stopped and disabled.
off() {
  local unit state
  while read -r unit state _; do
    if [[ $state == enabled* ]] || systemctl --quiet is-active "$unit"; then
      systemctl disable --now "$unit"
      changed
    fi
  done < <(systemctl list-unit-files --plain --no-legend "$@")
}

# The unit that keeps the time, if any; the name of one that is installed already is kept.
time_service() {
  local unit
  for unit in chrony chronyd ntpsec ntp ntpd openntpd systemd-timesyncd; do
    if [[ -e /lib/systemd/system/$unit.service ]]; then echo "$unit"; return; fi
  done
}

# Docker reads its configuration when it starts, a part of it when told to. What a run owes it outlives the run.
owed=/run/kolla-temporal-docker-owed
# What ran when the engine was restarted, until all of it does again.
ran=/run/kolla-temporal-docker-ran
owe() { if [[ ! -e $owed || $1 == restart ]]; then echo "$1" >"$owed"; fi; }
`
