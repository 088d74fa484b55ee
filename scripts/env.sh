# Read by the other scripts: where things are kept outside the clone, and how output looks.
# shellcheck shell=bash disable=SC2034

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
export GUITAI_CACHE=${GUITAI_CACHE:-$HOME/.cache/guitai}
# One folder of built crates for the demo and the tests: both build with the same profile and flags.
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$GUITAI_CACHE/target}

if [ -t 1 ]; then
  bold=$(printf '\033[1m') red=$(printf '\033[31m') plain=$(printf '\033[0m')
else
  bold='' red='' plain=''
fi

say() { printf '%s\n' "$*"; }
fail() { printf '%s%s%s\n' "$red" "$*" "$plain" >&2; exit 1; }
