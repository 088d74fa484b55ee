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
flags=()
for package in $packages; do flags+=(-p "$package"); done
cargo build --release --locked --quiet "${flags[@]}"

# On one core, with a tmpfs of large pages in a mount of its own that ends with the process.
memory=$(mktemp -d)
trap 'rmdir "$memory"' EXIT
on_one_core() {
  unshare --map-root-user --mount bash -c 'mount -t tmpfs -o huge=always,size=1g tmpfs "$2" && exec taskset -c 0 "$1" "$2"' - "$1" "$memory"
}

missed=0
for package in $packages; do
  run=
  [ "$package" != guitai-storage-figures ] || run=on_one_core
  $run "$CARGO_TARGET_DIR/release/$package" || missed=1
done
exit $missed
