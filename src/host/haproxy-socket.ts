/**
 * A function of bash that says one line of commands to a host's HAProxy and prints what it answers; where none runs,
 * nothing happens. keepalived's container has socat and HAProxy's socket, for its own check.
 */
export const tell = `
tell() {
  docker exec -i keepalived socat -t 5 stdio unix-connect:/var/lib/kolla/haproxy/haproxy.sock <<<"$1" 2>/dev/null || true
}`
