#!/usr/bin/env bash
# The whole test suite, stage by stage, each with its heading and its time. The last line is `N passed, N failed`: every
# test of every runner, and one for each check that has no tests of its own (format, lints, types, dependencies).
# A stage that fails does not hide the ones after it; one that cannot run counts as failed. Nothing is skipped.
set -uo pipefail
# shellcheck source=scripts/env.sh
. "$(dirname "${BASH_SOURCE[0]}")/env.sh"
cd "$root" || exit 1

passed=0 failed=0
failures=()
log=$(mktemp)
trap 'rm -f "$log"' EXIT

# seconds_since NANOSECONDS: with one decimal.
seconds_since() { printf '%d.%d' $((($(date +%s%N) - $1) / 1000000000)) $((($(date +%s%N) - $1) / 100000000 % 10)); }

# run NAME COMMAND...: runs it in view and keeps what it prints in $log; its exit status is the result.
run() {
  local name=$1 start status=0
  shift
  say "" "${bold}== $name${plain}"
  start=$(date +%s%N)
  "$@" 2>&1 | tee "$log" || status=$?
  say "   $name: $([ $status -eq 0 ] && echo ok || echo "${red}failed${plain}"), $(seconds_since "$start") s"
  return $status
}

failure() { failed=$((failed + $1)); failures+=("$2"); }

# check NAME COMMAND...: counts as one.
check() {
  if run "$@"; then passed=$((passed + 1)); else failure 1 "$1"; fi
}

# sum PATTERN [GROUP]: adds up the number that each line of $log has where PATTERN has its (first) group.
sum() { sed 's/\x1b\[[0-9;]*m//g' "$log" | sed -nE "s/$1/\\${2:-1}/p" | awk '{ n += $1 } END { print n + 0 }'; }

# tests NAME COMMAND...: counts the tests that the runner says it ran. Understands cargo test, vitest and node --test.
tests() {
  local status=0 good bad left_out
  run "$@" || status=$?
  good=$(($(sum '^test result: .* ([0-9]+) passed;.*') + $(sum '^ *Tests .*[^0-9]([0-9]+) passed.*') + $(sum '^[^ ]+ pass ([0-9]+)$')))
  bad=$(($(sum '^test result: .* ([0-9]+) failed;.*') + $(sum '^ *Tests .*[^0-9]([0-9]+) failed.*') + $(sum '^[^ ]+ fail ([0-9]+)$')))
  left_out=$(($(sum '^test result: .* ([0-9]+) ignored;.*') + $(sum '^ *Tests .*[^0-9]([0-9]+) (skipped|todo).*') + $(sum '^[^ ]+ (skipped|todo) ([0-9]+)$' 2)))
  passed=$((passed + good))
  if [ $left_out -gt 0 ]; then failure $left_out "$1 (tests left out)"; fi
  if [ $bad -gt 0 ]; then
    failure $bad "$1"
  elif [ $status -ne 0 ]; then
    failure 1 "$1 (ended with $status)"
  elif [ $good -eq 0 ]; then
    failure 1 "$1 (no test ran)"
  fi
}

scripts/setup.sh test || { say "0 passed, 1 failed"; exit 1; }

check "format" cargo fmt --all --check
check "console: packages and build" scripts/console.sh build
check "console: client is that of docs/openapi.json" npm --prefix appliance/console run --silent check-api
check "console: lints" npm --prefix appliance/console run --silent lint
check "console: types" npm --prefix appliance/console run --silent typecheck
tests "console: unit tests" npm --prefix appliance/console test
check "licences, sources and bans of dependencies" \
  "$GUITAI_CACHE/tools/bin/cargo-deny" --locked check --hide-inclusion-graph bans licenses sources
check "lints" cargo clippy --workspace --all-targets --locked -- -D warnings
check "build" cargo test --workspace --all-targets --locked --no-run
tests "unit and integration tests" cargo test --workspace --all-targets --locked --no-fail-fast
check "program" cargo build --workspace --locked --bin guitai
tests "browser" scripts/browser-test.sh

say ""
for name in "${failures[@]}"; do say "${red}failed: $name${plain}"; done
say "$passed passed, $failed failed"
[ $failed -eq 0 ]
