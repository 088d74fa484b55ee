#!/usr/bin/env bash
# Starts and stops one real Apache Kafka broker on loopback, with its data, log and process id in DIR.
#
#   broker.sh start DIR PORT [CONTROLLER_PORT [MORE]]   start, wait until it serves, leave it running
#   broker.sh run   DIR PORT [CONTROLLER_PORT [MORE]]   in the foreground, until standard input closes; then DIR is removed
#   broker.sh stop  DIR                                 end it and wait until it is gone; the data stays
#
# CONTROLLER_PORT is PORT + 1 unless given; MORE is a file of properties that win over server.properties. A second start on the same DIR finds its data again. `run` is for a parent
# that may die: its end of the pipe closes then, and neither a process nor a folder is left behind.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
fail() { printf 'kafka broker: %s\n' "$*" >&2; exit 1; }
usage() { sed -n '4,6s/^#  */  /p' "${BASH_SOURCE[0]}" >&2; exit 2; }

[ $# -ge 2 ] || usage
verb=$1
mkdir -p "$2"
dir=$(cd "$2" && pwd)
pidfile=$dir/pid

# The process named by the pid file, if it is still our broker: a pid alone may have been given to somebody else since.
running() {
  local pid
  pid=$(cat "$pidfile" 2>/dev/null) && [ -n "$pid" ] \
    && grep -aqsF "$dir/server.properties" "/proc/$pid/cmdline" && printf '%s' "$pid"
}

# Prepares DIR and sets `java_args`.
prepare() {
  local port=$1 controller_port=$2 more=$3 jars major
  command -v java >/dev/null || fail "java is not installed; 'make setup' installs JDK 17 or newer"
  major=$(java -version 2>&1 | sed -n '1,3s/.* version "\([0-9]*\).*/\1/p' | head -n 1)
  [ "${major:-0}" -ge 17 ] || fail "java ${major:-unknown} is too old: Apache Kafka 4 needs JDK 17 or newer"
  jars=$("$here/fetch.sh" --check)
  sed -e "s|@DIR@|$dir|g" -e "s|@PORT@|$port|g" -e "s|@CONTROLLER_PORT@|$controller_port|g" \
    "$here/server.properties" ${more:+"$more"} >"$dir/server.properties"
  # The serial collector and a small heap: several of these run beside builds on two cores.
  java_args=(-Xms64m -Xmx512m -XX:+UseSerialGC -Dlog4j2.configurationFile="$here/log4j2.yaml" -cp "$jars/*")
  if [ ! -e "$dir/data/meta.properties" ]; then
    # Any 16 bytes in URL-safe base64 name the cluster, but not with a dash in front, which would read as an option. The format has to be
    # done before the first start.
    java "${java_args[@]}" -XX:TieredStopAtLevel=1 kafka.tools.StorageTool format --ignore-formatted \
      --cluster-id "$(head -c 16 /dev/urandom | base64 | tr '+/' '-_' | tr -d '=' | sed 's/^-/A/')" \
      --config "$dir/server.properties" >"$dir/format.log" 2>&1 || { cat "$dir/format.log" >&2; fail "formatting $dir failed"; }
  fi
}

case $verb in
start)
  [ $# -ge 3 ] || usage
  [ -z "$(running)" ] || fail "a broker is already running in $dir"
  prepare "$3" "${4:-$(($3 + 1))}" "${5:-}"
  setsid java "${java_args[@]}" kafka.Kafka "$dir/server.properties" >"$dir/broker.log" 2>&1 </dev/null &
  pid=$!
  printf '%s\n' "$pid" >"$pidfile"
  # Two minutes: a broker is up in three seconds alone, but may share its cores with a compiler.
  for _ in $(seq 1200); do
    if grep -q 'Kafka Server started' "$dir/broker.log"; then exit 0; fi
    kill -0 "$pid" 2>/dev/null || { rm -f "$pidfile"; cat "$dir/broker.log" >&2; fail "it ended while starting"; }
    sleep 0.1
  done
  kill -KILL "$pid"
  rm -f "$pidfile"
  tail -n 50 "$dir/broker.log" >&2
  fail "it did not serve within two minutes"
  ;;
run)
  [ $# -ge 3 ] || usage
  [ -z "$(running)" ] || fail "a broker is already running in $dir"
  prepare "$3" "${4:-$(($3 + 1))}" "${5:-}"
  java "${java_args[@]}" kafka.Kafka "$dir/server.properties" >"$dir/broker.log" 2>&1 </dev/null &
  pid=$!
  printf '%s\n' "$pid" >"$pidfile"
  exec 3<&0
  (while read -r _ <&3; do :; done; kill -KILL "$pid" 2>/dev/null; rm -rf "$dir") &
  watcher=$!
  status=0
  { wait "$pid" || status=$?; } 2>/dev/null # the shell would announce the kill
  rm -f "$pidfile"
  # Killed by the watcher: let it finish removing DIR. Ended in any other way: there is nothing left to watch.
  [ "$status" -eq 137 ] || kill "$watcher" 2>/dev/null || true
  wait "$watcher" 2>/dev/null || true
  exit "$status"
  ;;
stop)
  pid=$(running) || { rm -f "$pidfile"; exit 0; }
  kill -TERM "$pid"
  # An orderly end takes about a second; after fifteen it is killed, and the data is recovered at the next start.
  for _ in $(seq 150); do
    [ -n "$(running)" ] || { rm -f "$pidfile"; exit 0; }
    sleep 0.1
  done
  kill -KILL "$pid" 2>/dev/null || true
  rm -f "$pidfile"
  ;;
*) usage ;;
esac
