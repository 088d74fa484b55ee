#!/usr/bin/env bash
# Set-up, build, and the demonstration on loopback; its arguments go to `guitai demo`.
set -euo pipefail
# shellcheck source=scripts/env.sh
. "$(dirname "${BASH_SOURCE[0]}")/env.sh"
cd "$root"
scripts/setup.sh demo
scripts/console.sh build
cargo build --locked --bin guitai
exec "$CARGO_TARGET_DIR/debug/guitai" demo "$@"
