#!/usr/bin/env bash
# Brings the jars of one Apache Kafka broker into the cache and checks each against jars.sha256.
#
#   fetch.sh            fetch what is missing (Maven, JDK 17 or newer), verify, print the folder
#   fetch.sh --check    verify only; never goes to the network
#   fetch.sh --update   after a change of pom.xml: fetch and rewrite jars.sha256 (read the difference before committing it)
#
# The folder is ${GUITAI_CACHE:-$HOME/.cache/guitai}/kafka-VERSION. Anything that is missing, extra or altered is an
# error: a test that needs Kafka fails then, it is never skipped.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
version=$(sed -n 's:.*<kafka.version>\(.*\)</kafka.version>.*:\1:p' "$here/pom.xml")
cache=${GUITAI_CACHE:-$HOME/.cache/guitai}
jars=$cache/kafka-$version
# Runs on the Maven of every supported distribution (3.6.3 and newer).
plugin=org.apache.maven.plugins:maven-dependency-plugin:3.8.1

fail() { printf 'kafka jars: %s\n' "$*" >&2; exit 1; }

# Compares a folder with jars.sha256: every listed jar present and unaltered, no other jar beside them.
verify() {
  local folder=$1 extra
  (cd "$folder" && sha256sum --quiet --check "$here/jars.sha256" >&2) || return 1
  extra=$(comm -13 <(awk '{print $2}' "$here/jars.sha256" | sort) <(find "$folder" -name '*.jar' -printf '%f\n' | sort))
  [ -z "$extra" ] || { printf 'not in jars.sha256:\n%s\n' "$extra" >&2; return 1; }
}

download() {
  local folder=$1
  command -v mvn >/dev/null || fail "Maven is not installed; 'make setup' installs it"
  mvn --batch-mode --quiet --file "$here/pom.xml" "$plugin:copy-dependencies" \
    -DincludeScope=runtime -DoutputDirectory="$folder" >&2 \
    || fail "Maven could not fetch Apache Kafka $version; see its message above"
}

case ${1:-} in
--check)
  [ -d "$jars" ] || fail "$jars is missing; 'make setup' or tests/kafka/fetch.sh fetches it"
  verify "$jars" || fail "$jars does not match jars.sha256; remove that folder and run tests/kafka/fetch.sh again"
  ;;
--update)
  fresh=$(mktemp -d)
  trap 'rm -rf "$fresh"' EXIT
  download "$fresh"
  (cd "$fresh" && sha256sum -- *.jar) >"$here/jars.sha256"
  ;;
"")
  mkdir -p "$cache"
  exec 9>"$cache/kafka.lock"
  flock 9
  if [ -d "$jars" ]; then
    verify "$jars" || fail "$jars does not match jars.sha256; remove that folder and run this again"
  else
    # Verified under another name first, so that a folder of the right name is always a whole one.
    fresh=$(mktemp -d "$cache/kafka-fetch.XXXXXX")
    trap 'rm -rf "$fresh"' EXIT
    download "$fresh"
    verify "$fresh" || fail "what Maven fetched does not match jars.sha256"
    chmod 755 "$fresh"
    mv "$fresh" "$jars"
  fi
  ;;
*) fail "usage: fetch.sh [--check|--update]" ;;
esac
printf '%s\n' "$jars"
