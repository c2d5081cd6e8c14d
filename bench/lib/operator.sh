# SPDX-License-Identifier: Apache-2.0
# Sourced by the scripts beside it: start_gateway sets $callers, $operator (addresses), $token (of an admin), $csrf (of the session in $scratch/cookies) and
# $gateway_pid; everything ends with the script. Needs curl and python3.

free_port() {
  python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

# wait_for URL: until it answers, 30 s at most.
wait_for() {
  for _ in $(seq 300); do
    curl -s -o /dev/null "$1" && return
    sleep 0.1
  done
  echo "nothing answers at $1" >&2
  cat "$scratch"/*.log >&2
  exit 1
}

# start_gateway [SLOTS [WAITING [MORE]]]: a simulated model, a gateway before it where so many may wait (1000), with more
# keys of its pool, its first user and a token of that. The model is $model_speed times quicker than usual (1).
start_gateway() {
  scratch=$(mktemp -d)
  local model_port port admin_port
  model_port=$(free_port)
  port=$(free_port)
  admin_port=$(free_port)
  "$java_bin" -Xmx128m -jar "$gateway" model --port "$model_port" --speed "${model_speed:-1}" >"$scratch/model.log" 2>&1 &
  local model_pid=$!
  cat >"$scratch/anteroom.yaml" <<YAML
listen:
  host: 127.0.0.1
  port: $port
upstream:
  url: http://127.0.0.1:$model_port
pools:
  llm:
    slots: ${1:-4}
    max-waiting: ${2:-1000}
    per-ip: {max-waiting: ${2:-1000}}
    ${3:-}
storage:
  dir: data
admin:
  enabled: true
  port: $admin_port
YAML
  "$java_bin" "-Xmx${heap:-512m}" -jar "$gateway" serve --config "$scratch/anteroom.yaml" >"$scratch/gateway.log" 2>&1 &
  gateway_pid=$!
  trap 'kill $gateway_pid '"$model_pid"' 2>/dev/null; wait 2>/dev/null; rm -rf "$scratch"' EXIT
  callers="http://127.0.0.1:$port"
  operator="http://127.0.0.1:$admin_port"
  wait_for "$operator/v1/management/health"
  local answer jar="$scratch/cookies"
  answer=$(curl -s -c "$jar" -X POST "$operator/v1/management/set-up" -H 'Content-Type: application/json' \
    -d "{\"token\": \"$(cat "$scratch/data/set-up.token")\", \"name\": \"bench\", \"password\": \"violet kettle 9 orbits\"}")
  csrf=$(printf '%s' "$answer" | python3 -c 'import json, sys; print(json.load(sys.stdin)["csrf_token"])')
  token=$(curl -s -b "$jar" -H "X-CSRF-Token: $csrf" -X POST "$operator/v1/management/tokens" \
    -H 'Content-Type: application/json' -d '{"name": "bench", "role": "admin"}' |
    tee "$scratch/token.json" | python3 -c 'import json, sys; print(json.load(sys.stdin)["token"])') || { cat "$scratch/token.json" "$scratch/gateway.log" >&2; exit 1; }
}
