#!/usr/bin/env bash
# Fuzzes every target for so many seconds, two at a time; a finding fails and stays in fuzz/artifacts. The corpus is kept in the cache and grows with every run.
# usage: fuzz.sh SECONDS [TARGET...]
set -euo pipefail
# shellcheck source=scripts/env.sh
. "$(dirname "${BASH_SOURCE[0]}")/env.sh"
cd "$root"
seconds=${1:-60}
shift || true
scripts/setup.sh fuzz

# Instrumented builds have a folder of their own, or they would push out the others'. The instrumentation needs a switch of the compiler that
# only unofficial builds have otherwise.
export CARGO_TARGET_DIR=$GUITAI_CACHE/fuzz-target RUSTC_BOOTSTRAP=1 PATH=$GUITAI_CACHE/tools/bin:$PATH
options=(--fuzz-dir fuzz --sanitizer none --codegen-units 16)
cargo fuzz build "${options[@]}"

targets=("$@")
[ ${#targets[@]} -gt 0 ] || mapfile -t targets < <(cargo fuzz list --fuzz-dir fuzz)
logs=$(mktemp -d)
trap 'rm -rf "$logs"' EXIT

fuzz() {
  local corpus=$GUITAI_CACHE/fuzz-corpus/$1
  mkdir -p "$corpus"
  cargo fuzz run "${options[@]}" "$1" "$corpus" -- \
    -max_total_time="$seconds" -max_len=70000 -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 >"$logs/$1" 2>&1
}

passed=0 failed=0
for ((at = 0; at < ${#targets[@]}; at += 2)); do
  pair=("${targets[@]:at:2}") pids=()
  for target in "${pair[@]}"; do
    fuzz "$target" &
    pids+=($!)
  done
  for i in "${!pids[@]}"; do
    target=${pair[i]}
    if wait "${pids[i]}"; then
      passed=$((passed + 1))
      say "$target: $(sed -nE 's/^stat::number_of_executed_units: *([0-9]+)/\1 runs/p' "$logs/$target"), nothing found"
    else
      failed=$((failed + 1))
      tail -n 40 "$logs/$target"
      say "${red}$target: see fuzz/artifacts/$target${plain}"
    fi
  done
done
say "fuzz: $passed passed, $failed failed"
[ $failed -eq 0 ]
