const unit = 'kolla-temporal-revive'

/**
 * On a host without memory the engine may fail to start a container again that has ended, says so in its state, and never
 * tries again. What a person or a run has stopped has no such error.
 */
export const revivalScript = String.raw`#!/bin/bash
set -u
for id in $(docker ps --all --quiet --no-trunc --filter status=exited --filter label=kolla_temporal.cloud); do
  read -r name policy error < <(docker inspect --format '{{.Name}} {{.HostConfig.RestartPolicy.Name}} {{.State.Error}}' "$id")
  [[ $error && $policy =~ ^(always|unless-stopped)$ ]] || continue
  echo "starting ${'${name#/}'}, which Docker could not: $error"
  # What watched over its process may have outlived it, and is in the way of another one.
  for shim in $(pgrep --full "^[^ ]*containerd-shim[^ ]* .*-id $id( |\$)"); do
    [[ -n $(pgrep --parent "$shim") ]] || kill -KILL "$shim"
  done
  docker start "$id" >/dev/null
done
exit 0`

/** Containers that the engine has given up are started again, within a minute. */
export const revival = `
put /usr/local/sbin/${unit} '${revivalScript.replaceAll("'", `'\\''`)}'
chmod 0755 /usr/local/sbin/${unit}
put /etc/systemd/system/${unit}.service '[Unit]
Description=Start containers of the cloud that Docker could not start again
Requisite=docker.service
After=docker.service

[Service]
Type=oneshot
ExecStart=/usr/local/sbin/${unit}'
put /etc/systemd/system/${unit}.timer '[Unit]
Description=See every minute whether Docker has given up on a container of the cloud

[Timer]
OnBootSec=1min
OnUnitInactiveSec=1min
AccuracySec=10s

[Install]
WantedBy=timers.target'
if [[ $(systemctl show ${unit}.timer --property NeedDaemonReload) == *=yes ]]; then systemctl daemon-reload; fi
on ${unit}.timer`
