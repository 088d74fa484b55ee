#!/usr/bin/env bash
# Set-up, build, and the demonstration on loopback; its arguments go to `guitai demo`.
set -euo pipefail
# shellcheck source=scripts/env.sh
. "$(dirname "${BASH_SOURCE[0]}")/env.sh"
cd "$root"
# Standard output is the demo's own: with --json it is read by programs.
scripts/setup.sh demo >&2
scripts/console.sh build >&2
cargo build --locked --bin guitai
exec "$CARGO_TARGET_DIR/debug/guitai" demo "$@"
