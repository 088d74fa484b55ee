#!/usr/bin/env bash
# Measures an area of the product beside its peers, built for release, and fails if a bar is missed.
set -euo pipefail
# shellcheck source=scripts/env.sh
. "$(dirname "${BASH_SOURCE[0]}")/env.sh"
cd "$root"

case "${1:-}" in
  crypto) packages="guitai-kernel-figures guitai-storage-figures guitai-search-figures guitai-masking-figures" ;;
  *)
    say "usage: make figures AREA=crypto"
    exit 2
    ;;
esac
missed=0
for package in $packages; do
  cargo run --release --locked --quiet -p "$package" || missed=1
done
exit $missed
