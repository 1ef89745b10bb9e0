# shellcheck shell=bash
# What each contender has to have done for its time to count.

# Everything that an operator would look at first: the Galera cluster, RabbitMQ's, a token by the floating address.
prove_deployed() { # CONTENDER
  local host running
  for host in "${hosts[@]}"; do
    running=$(on_host "$host" docker ps --format '{{.Names}}' | sort | tr '\n' ' ')
    for container in "${containers[@]}"; do
      [[ " $running" == *" $container "* ]] || fail "$1 left $host without $container; it has: $running"
    done
  done
  on_host "${hosts[0]}" docker exec rabbitmq rabbitmqctl --silent cluster_status --formatter json |
    node -e '
      const { running_nodes } = JSON.parse(require("node:fs").readFileSync(0, "utf8"))
      if (running_nodes.length !== Number(process.argv[1])) throw new Error(`rabbitmq: ${running_nodes}`)
    ' "${#hosts[@]}" || fail "$1's RabbitMQ is no cluster of ${#hosts[@]}"
  [[ $(cluster_size) == "${#hosts[@]}" ]] || fail "$1's Galera has no ${#hosts[@]} members behind $vip:3306"
  issue_token || fail "$1's Keystone gives no token at http://$vip:5000"
  local path
  for path in "${answering[@]}"; do
    # HAProxy may not have seen yet that the last one to be started answers.
    curl --silent --fail --output /dev/null --max-time 20 --retry 12 --retry-delay 5 --retry-all-errors "http://$vip:$path" ||
      fail "nothing of $1's answers at http://$vip:$path"
  done
  [[ -z $compute ]] || prove_computes "$1"
}

# Each host's nova-compute and its four agents of Neutron have told that they are alive: within a minute, which is not measured.
prove_computes() { # CONTENDER
  local header try
  header=$(mktemp)
  issue_token --dump-header - | tr -d '\r' | sed -n 's/^x-subject-token:/X-Auth-Token:/Ip' >"$header"
  for try in {1..12}; do
    if [[ $(alive "$header" 8774/v2.1/os-services?binary=nova-compute) == "${#hosts[@]}" &&
      $(alive "$header" 9696/v2.0/agents) == $((4 * ${#hosts[@]})) ]]; then
      rm "$header"
      return
    fi
    sleep 5
  done
  rm "$header"
  fail "$1's nova-compute or an agent of Neutron is not alive on every host after $try looks"
}

# How many services or agents of a list are up.
alive() { # FILE-WITH-TOKEN PORT/PATH
  curl --silent --fail --max-time 20 --header "@$1" "http://$vip:$2" | node -e '
    const { services = [], agents = [] } = JSON.parse(require("node:fs").readFileSync(0, "utf8"))
    console.log(services.filter((it) => it.state === "up").length + agents.filter((it) => it.alive).length)
  '
}

# Passwords go on stdin, so that they are in no process list.
password() { # KEY
  sed -n "s/^$1: *[\"']\{0,1\}\([^\"']*\)[\"']\{0,1\} *$/\1/p" "$cloud/passwords.yml"
}

cluster_size() {
  printf '[client]\nhost=%s\nuser=root\npassword="%s"\n' "$vip" "$(password database_password)" |
    "$bench_home/../lab/lab" ssh "${hosts[0]}" docker exec --interactive mariadb \
      mariadb --defaults-extra-file=/dev/stdin -NBe "\"SHOW STATUS LIKE 'wsrep_cluster_size'\"" |
    cut -f 2
}

issue_token() { # CURL'S ARGUMENT…
  password keystone_admin_password | node -e '
    const password = require("node:fs").readFileSync(0, "utf8").trim()
    const domain = { name: "Default" }
    const user = { name: "admin", domain, password }
    const identity = { methods: ["password"], password: { user } }
    console.log(JSON.stringify({ auth: { identity, scope: { project: { name: "admin", domain } } } }))
  ' | curl --silent --fail --output /dev/null --max-time 20 --json @- "$@" "http://$vip:5000/v3/auth/tokens"
}

# Name, id and time of start of every container on every host.
container_starts() {
  local host
  for host in "${hosts[@]}"; do
    on_host "$host" "docker ps --quiet --no-trunc | xargs docker inspect --format '$host {{.Name}} {{.Id}} {{.State.StartedAt}}'"
  done | sort
}

# Of two lists, the containers (HOST/NAME) that were started in between.
restarted() { # BEFORE AFTER
  comm -13 "$1" "$2" | awk '{ print $1 $2 }'
}

on_host() { # HOST COMMAND…
  local host=$1
  shift
  "$bench_home/../lab/lab" ssh "$host" "$@" </dev/null
}
