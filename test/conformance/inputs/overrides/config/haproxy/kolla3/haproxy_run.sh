#!/bin/bash
exec haproxy -W -db -f /etc/haproxy/haproxy.cfg -f /etc/haproxy/services.d
