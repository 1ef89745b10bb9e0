#!/bin/bash

if [[ ! -d /var/log/kolla/ceph ]]; then
    mkdir -p /var/log/kolla/ceph
fi
if [[ $(stat -c %U:%G /var/log/kolla/ceph) != "ceph:kolla" ]]; then
    chown ceph:kolla /var/log/kolla/ceph
    chmod 2755 /var/log/kolla/ceph
fi
